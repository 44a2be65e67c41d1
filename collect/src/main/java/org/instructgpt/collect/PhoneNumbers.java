package org.instructgpt.collect;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds phone numbers. Digits alone do not tell: `9320 7126` is a phone number in Singapore, and
/// may be an amount elsewhere. Three things indicate a phone number:
///
/// - **the words beside it** ("call", "fax", "reach me at"): then six digits in any grouping are
///   one;
/// - **libphonenumber** knows it as a valid number, of the country that it begins with (`+44 ...`,
///   `0044 ...`) or, when it is written in groups and begins with 0, of one of the [#REGIONS];
/// - **how it is written**: groups such as 555-0123 that hardly anything else has.
///
/// Only candidates of the right form are passed to libphonenumber, which takes some microseconds
/// for each.
final class PhoneNumbers {
  private static final double INTERNATIONAL = 0.95;
  private static final double NEAR_WORDS = 0.9;
  private static final double VALID = 0.8;
  private static final double SHAPED = 0.7;
  private static final double BARE = 0.3;

  /// How far before and after the number the words may stand, in characters.
  private static final int BEFORE = 48;

  private static final int AFTER = 16;

  /// Where a number without a country is looked up.
  private static final List<String> REGIONS =
      List.of("US", "GB", "DE", "FR", "IN", "CN", "AU", "BR", "ES", "IT", "JP", "NL");

  private static final Pattern WRITTEN =
      Pattern.compile(
          // Not inside a word, a number, a sum of money or a formula.
          "(?<![\\p{N}_$€£./=*^#-])(?<![\\p{L}&&[^\\p{IsHan}]])(?<!\\p{N}[,:])(?:\\+|\\((?=\\+?\\d{1,5}\\)))?+\\d"
              // Digits, with at most two marks between them.
              + "(?:[ .()/\\u00a0\\u2010-\\u2013-]{0,2}\\d){5,17}+"
              // An extension: x123, ext. 123.
              + "(?:\\s?(?:x|ext\\.?|extension)\\s?\\d{1,6})?+(?![\\p{L}\\p{N}_%€$:]|[.,]\\d)");

  private static final Pattern DATE =
      Pattern.compile(
          "(?:1[89]|20)\\d\\d[-./ ]\\d{1,2}[-./ ]\\d{1,2}(?:\\D.*)?"
              + "|\\d{1,2}[-./ ]\\d{1,2}[-./ ](?:1[89]|20)\\d\\d"
              + "|(?:1[0-9]|20)\\d\\d\\D{1,3}(?:1[0-9]|20)\\d\\d");

  private static final Pattern WORDS =
      Pattern.compile(
          "(?<!\\p{L})(?:(?:tele)?phones?|tel|tél|telefon\\w*|tel[eé]fono|téléphone|mobile"
              + "|cell(?:phone)?|handy|m[oó]vil"
              + "|call(?:ing|ed|s)?|dial|fax|hotline|whats ?app|sms|text me|ring me|reach"
              + "|contact|answering|office|desk)"
              + "(?!\\p{L})|电话|手机|联系",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  /// As it is written in North America, in France, or after an area code in brackets.
  private static final Pattern SHAPE =
      Pattern.compile(
          "(?:\\+?1[ .-]|001[ .-])?(?:\\(\\d{3}\\) ?|\\d{3}[-.])\\d{3}[-.]\\d{4}.*"
              + "|0\\d(?:[ .]\\d\\d){4}|\\(0?\\d{1,4}\\) ?\\d{3,4}[ -]?\\d{3,4}"
              + "|(?:\\+|00)\\d.*|1[3-9]\\d{9}");

  private static final PhoneNumberUtil LIBRARY = PhoneNumberUtil.getInstance();

  private PhoneNumbers() {}

  static List<PersonalDataSpan> find(String text) {
    List<PersonalDataSpan> found = new ArrayList<>();
    Matcher written = WRITTEN.matcher(text);
    while (written.find()) {
      String number = written.group();
      if (DATE.matcher(number).matches()) {
        continue;
      }
      found.add(
          new PersonalDataSpan(
              PersonalDataKind.PHONE,
              written.start(),
              written.end(),
              confidence(text, written.start(), written.end(), number)));
    }
    return found;
  }

  private static double confidence(String text, int start, int end, String number) {
    boolean abroad = number.startsWith("+") || number.startsWith("00");
    if (abroad && isValid(number.replaceFirst("^00", "+"), "ZZ")) {
      return INTERNATIONAL;
    }
    if (isNearWords(text, start, end)) {
      return NEAR_WORDS;
    }
    if (SHAPE.matcher(number).matches()) {
      return SHAPED;
    }
    boolean grouped = !number.chars().allMatch(Character::isDigit);
    boolean valid = grouped && REGIONS.stream().anyMatch(region -> isValid(number, region));
    return valid && number.startsWith("0") ? VALID : BARE;
  }

  private static boolean isNearWords(String text, int start, int end) {
    Matcher words = WORDS.matcher(text).useTransparentBounds(true);
    return words.region(Math.max(0, start - BEFORE), start).find()
        || words.region(end, Math.min(text.length(), end + AFTER)).find();
  }

  private static boolean isValid(String number, String region) {
    try {
      return LIBRARY.isValidNumber(LIBRARY.parse(number, region));
    } catch (NumberParseException notOne) {
      return false;
    }
  }
}
