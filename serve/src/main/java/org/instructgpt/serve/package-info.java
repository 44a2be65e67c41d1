/// The playground: people ask the models of a workspace, and the models answer while they read.
///
/// [InferenceEngine] holds the models and makes them speak, a token at a time and fairly;
/// [Playground] is the pages on top of it: the notice, asking one to four models the same, one's
/// own history, the models with where they come from, and the reports. [PlaygroundHistory] is what
/// the store keeps of it.
@NullMarked
package org.instructgpt.serve;

import org.jspecify.annotations.NullMarked;
