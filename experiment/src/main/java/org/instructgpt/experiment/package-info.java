/// Reproduces the paper at small scale with simulated people whose true preferences are known: an
/// [Experiment] in a workspace trains the models of the paper ([PaperPipeline]), measures them
/// ([Evaluation], [Ablations]) and tests the paper's claims ([PaperClaims]).
@NullMarked
package org.instructgpt.experiment;

import org.jspecify.annotations.NullMarked;
