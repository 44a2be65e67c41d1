/// Rankings to a reward model.
@org.jspecify.annotations.NullMarked
package org.instructgpt.reward;
