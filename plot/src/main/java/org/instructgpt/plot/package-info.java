/// Accessible SVG figures without scripts: bars, curves, tables, a weekly chart.
///
/// A [Figure] holds numbers with their intervals; each drawing is SVG with its numbers in a table
/// below it.
@NullMarked
package org.instructgpt.plot;

import org.jspecify.annotations.NullMarked;
