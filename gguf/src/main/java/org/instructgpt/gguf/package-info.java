/// Language models as one GGUF file, the format of llama.cpp: written from checkpoints, and read.
@org.jspecify.annotations.NullMarked
package org.instructgpt.gguf;
