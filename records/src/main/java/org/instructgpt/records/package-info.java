/// Human feedback: prompts, demonstrations, rankings, ratings; their store, import and export.
///
/// The records ([Prompt], [Demonstration], [Ranking], [Rating], [Labeler]) validate themselves; the
/// [Store] keeps them in one SQLite file or on a PostgreSQL server; the [Importer] reads files of
/// many formats and names every bad line; the [Exporter] writes JSON lines.
@NullMarked
package org.instructgpt.records;

import org.jspecify.annotations.NullMarked;
