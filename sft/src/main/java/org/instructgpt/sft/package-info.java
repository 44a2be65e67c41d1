/// Training of language models on text (pretraining) and on demonstrations (supervised
/// fine-tuning).
@org.jspecify.annotations.NullMarked
package org.instructgpt.sft;
