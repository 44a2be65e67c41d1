/// The labelers' work: who gets which task ([TaskQueue]), who may ([Screening]), how good it is
/// ([Quality]), and the next round of models' answers to be ranked ([Rounds]).
@NullMarked
package org.instructgpt.label;

import org.jspecify.annotations.NullMarked;
