/// Whole-step benchmarks with the flags and the JSON of comparable PyTorch programs.
@org.jspecify.annotations.NullMarked
package org.instructgpt.bench;
