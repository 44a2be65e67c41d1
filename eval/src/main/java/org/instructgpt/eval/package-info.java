/// What the models are worth: benchmarks, over-optimisation, and the report.
///
/// [Benchmark] says what a model can do, [Overoptimization] how far a reward model can be followed;
/// what people prefer is counted by [the module beside this][org.instructgpt.statistics]. A
/// [Report] of [exhibits][Figure] shows all of it.
@org.jspecify.annotations.NullMarked
package org.instructgpt.eval;
