/// The labelers' and the researchers' work.
@NullMarked
package org.instructgpt.label;

import org.jspecify.annotations.NullMarked;
