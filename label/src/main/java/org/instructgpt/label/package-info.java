/// Labeling: the task queue ([TaskQueue]), the screening of candidates ([Screening]), the quality
/// of the work ([Quality]), and rounds that have new model outputs ranked ([Rounds]).
@NullMarked
package org.instructgpt.label;

import org.jspecify.annotations.NullMarked;
