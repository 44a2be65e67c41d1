/// Files that appear whole or not at all ([AtomicFiles]), and that only their owner reads
/// ([PrivateFiles]); how many of a thing there are, in words ([Count]).
@NullMarked
package org.instructgpt.files;

import org.jspecify.annotations.NullMarked;
