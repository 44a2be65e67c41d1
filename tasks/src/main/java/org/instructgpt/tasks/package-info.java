/// The paper's public tasks: their files as they are published, their prompts and their metrics
/// ([PublicTask]).
@NullMarked
package org.instructgpt.tasks;

import org.jspecify.annotations.NullMarked;
