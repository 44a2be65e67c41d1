package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;

/// Receives the rows of a file; `line` counts from 1, `place` is `[i]` for row i of an array, which
/// may have several rows on a line, and else empty. Returning false ends the reading.
interface RowVisitor {
  boolean row(long line, String place, JsonNode row);

  boolean unreadable(long line, String expected, String found);

  /// There are no more rows.
  void end();
}
