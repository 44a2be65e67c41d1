/// The inference engine: it holds the models of a folder in memory and makes them answer, a token
/// at a time, fairly to all who ask ([InferenceEngine]).
@NullMarked
package org.instructgpt.serve;

import org.jspecify.annotations.NullMarked;
