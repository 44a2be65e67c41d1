/// What people give: prompts, demonstrations, rankings, ratings; their store, import and export.
///
/// The records ([Prompt], [Demonstration], [Ranking], [Rating], [Labeler]) validate themselves; the
/// [Store] keeps them in one SQLite file; the [Importer] brings other people's files in, every bad
/// line named, and the [Exporter] writes them out again.
@NullMarked
package org.instructgpt.records;

import org.jspecify.annotations.NullMarked;
