/// Settings records filled from a YAML recipe and `--set` flags.
///
/// A [Recipe] is read into nodes that know their line, and each section is laid over a preset: a
/// key that the record does not have is an error that names the nearest one.
@NullMarked
package org.instructgpt.recipe;

import org.jspecify.annotations.NullMarked;
