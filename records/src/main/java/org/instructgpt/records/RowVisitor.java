package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;

/// What is told of each row; `line` counts from 1, `place` is `[i]` for the row i of an array,
/// which may have many on a line, and else empty. False ends the reading.
interface RowVisitor {
  boolean row(long line, String place, JsonNode row);

  boolean unreadable(long line, String expected, String found);

  /// There are no more rows.
  void end();
}
