/// Files that appear whole or not at all ([AtomicFiles]), and that only their owner reads
/// ([PrivateFiles]); text files that come from elsewhere ([ForeignTexts]); counts with their nouns
/// ([Count]).
@NullMarked
package org.instructgpt.files;

import org.jspecify.annotations.NullMarked;
