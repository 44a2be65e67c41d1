/// Evaluation of models: public benchmarks, reward-model over-optimisation, and the report.
///
/// [Benchmark] measures capabilities, [Overoptimization] how far a reward model can be followed;
/// win rates by people's preferences are in [org.instructgpt.statistics]. A [Report] shows the
/// results as [figures][org.instructgpt.plot.Figure].
@org.jspecify.annotations.NullMarked
package org.instructgpt.eval;
