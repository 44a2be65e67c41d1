/// The whole paper in miniature, with simulated people whose true preferences are known: one world
/// in one workspace ([Experiment]), the steps of the paper ([PaperPipeline]), what is measured
/// ([Evaluation]) and which of the paper's claims it bears out ([PaperClaims]).
@NullMarked
package org.instructgpt.experiment;

import org.jspecify.annotations.NullMarked;
