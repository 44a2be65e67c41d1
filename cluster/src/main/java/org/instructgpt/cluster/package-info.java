/// Processes that train together: who is which rank, how they meet, and what they compute in
/// common.
///
/// The only module that knows c10d, libtorch's collectives.
@NullMarked
package org.instructgpt.cluster;

import org.jspecify.annotations.NullMarked;
