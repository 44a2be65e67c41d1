/// What the models are worth: win rates, agreement, benchmarks, and the report.
@org.jspecify.annotations.NullMarked
package org.instructgpt.eval;
