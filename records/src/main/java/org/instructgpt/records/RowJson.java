package org.instructgpt.records;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/// The JSON of imported rows: NaN and Infinity, which Python writes, are read; a duplicate key is a
/// fault.
final class RowJson {
  /// Longer lines are refused rather than read: one row is held in memory.
  static final int LONGEST = 1 << 25;

  static final JsonMapper MAPPER = mapper();

  private RowJson() {}

  private static JsonMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    mapper
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxStringLength(LONGEST).build());
    return mapper;
  }
}
