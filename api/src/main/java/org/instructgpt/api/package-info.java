/// OpenAI's HTTP interface, over the inference engine: what other programs ask our models through
/// ([ApiServer]).
@NullMarked
package org.instructgpt.api;

import org.jspecify.annotations.NullMarked;
