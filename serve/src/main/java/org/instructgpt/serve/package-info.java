/// The inference engine: loads the models of a folder when they are asked and streams their
/// completions, a token of each model in turn ([InferenceEngine]).
@NullMarked
package org.instructgpt.serve;

import org.jspecify.annotations.NullMarked;
