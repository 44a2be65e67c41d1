/// What the models are worth: win rates, agreement, scores, benchmarks, and the report.
///
/// [WinRates] and [Scores] say what people prefer, [Agreement] how far they agree with each other,
/// [Benchmark] what a model can do, [Overoptimization] how far a reward model can be followed;
/// every number has a 95% interval, by formula ([Estimate][org.instructgpt.records.Estimate]) or by
/// [Bootstrap]. A [Report] of [exhibits][Exhibit] shows them.
@org.jspecify.annotations.NullMarked
package org.instructgpt.eval;
