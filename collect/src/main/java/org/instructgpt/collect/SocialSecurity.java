package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds social security numbers of the United States in their usual form, 123-45-6789. Area 000,
/// 666 or 9xx, group 00 and serial 0000 are never assigned.
final class SocialSecurity {
  private static final double LIKELY = 0.9;
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<![\\p{L}\\p{N}-])(?!000|666|9)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}(?![\\p{L}\\p{N}-])");

  private SocialSecurity() {}

  static List<PersonalDataSpan> find(String text) {
    List<PersonalDataSpan> found = new ArrayList<>();
    Matcher number = NUMBER.matcher(text);
    while (number.find()) {
      found.add(
          new PersonalDataSpan(
              PersonalDataKind.SOCIAL_SECURITY, number.start(), number.end(), LIKELY));
    }
    return found;
  }
}
