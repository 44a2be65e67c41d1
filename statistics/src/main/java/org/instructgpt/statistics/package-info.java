/// Statistics of labelers' judgments: how often a model wins, how far labelers agree, how strong
/// each model is.
///
/// [WinRates] and [Scores] say what people prefer, [Agreement] how far they agree with each other;
/// every number has a 95% interval clustered by prompt, by formula ([Estimate]) or by [Bootstrap].
@NullMarked
package org.instructgpt.statistics;

import org.jspecify.annotations.NullMarked;
