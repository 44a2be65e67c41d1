/// Tokenizers, prompt and response framing, and the training of a byte-level BPE.
@org.jspecify.annotations.NullMarked
package org.instructgpt.text;
