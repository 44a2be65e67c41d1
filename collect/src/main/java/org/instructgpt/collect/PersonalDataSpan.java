package org.instructgpt.collect;

/// A find of personal data: characters `start` to `end` (exclusive) of a text.
///
/// @param confidence that the find is of this kind, 0 to 1
record PersonalDataSpan(PersonalDataKind kind, int start, int end, double confidence) {
  PersonalDataSpan {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "expected a span of at least one character, found " + start + " to " + end);
    }
  }

  String in(String text) {
    return text.substring(start, end);
  }

  boolean overlaps(PersonalDataSpan other) {
    return start < other.end && other.start < end;
  }
}
