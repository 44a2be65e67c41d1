package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instructgpt.collect.PersonalData.Kind;
import org.instructgpt.collect.PersonalData.Span;

/// Social security numbers of the United States, as they are written: 123-45-6789. Nobody has area
/// 000, 666 or 9xx, group 00 or serial 0000.
final class SocialSecurity {
  private static final double LIKELY = 0.9;
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<![\\p{L}\\p{N}-])(?!000|666|9)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}(?![\\p{L}\\p{N}-])");

  private SocialSecurity() {}

  static List<Span> find(String text) {
    List<Span> found = new ArrayList<>();
    Matcher number = NUMBER.matcher(text);
    while (number.find()) {
      found.add(new Span(Kind.SOCIAL_SECURITY, number.start(), number.end(), LIKELY));
    }
    return found;
  }
}
