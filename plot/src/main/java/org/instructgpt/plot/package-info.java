/// Figures that need no script and that everybody can read: bars, curves, tables, a week.
///
/// A [Figure] holds numbers with their intervals; the drawings are SVG with the numbers as a table
/// beside them.
@NullMarked
package org.instructgpt.plot;

import org.jspecify.annotations.NullMarked;
