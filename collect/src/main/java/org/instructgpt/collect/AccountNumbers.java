package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.validator.routines.IBANValidator;
import org.apache.commons.validator.routines.checkdigit.LuhnCheckDigit;

/// Finds numbers of bank accounts and payment cards. Both have a checksum: of 97 random texts in
/// the form of an IBAN one passes, of random digits one in ten passes as a card, of which the
/// issuer's first digits leave about a third.
final class AccountNumbers {
  private static final double CERTAIN = 0.99;

  /// Country, checksum, then 11 to 30 letters and digits, in groups of four or not.
  private static final Pattern IBAN =
      Pattern.compile("(?<![\\p{L}\\p{N}])[A-Za-z]{2}\\d{2}(?:[ -]?[A-Za-z0-9]){11,30}+");

  /// 13 to 19 digits in one run, or in groups of at least four, the last one excepted.
  private static final Pattern CARD =
      Pattern.compile(
          "(?<![\\p{L}\\p{N}.])\\d(?:\\d{12,18}+"
              + "|\\d{3}(?:[ -]\\d{4,7}){2,3}(?:[ -]\\d{1,3})?)(?![\\p{L}\\p{N}])");

  /// First digits of the schemes: Visa, Mastercard (two ranges), American Express, Diners,
  /// Discover, JCB, UnionPay, Maestro.
  private static final Pattern ISSUER =
      Pattern.compile(
          "(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[68])|6(?:011|5|4[4-9])"
              + "|35(?:2[89]|[3-8])|62|81|5[06-9]|6[37]).*");

  private AccountNumbers() {}

  static List<PersonalDataSpan> find(String text) {
    List<PersonalDataSpan> found = new ArrayList<>();
    Matcher iban = IBAN.matcher(text).useTransparentBounds(true);
    while (iban.find()) {
      int end = ibanEnd(text, iban.start(), iban.end());
      if (end > 0) {
        found.add(new PersonalDataSpan(PersonalDataKind.IBAN, iban.start(), end, CERTAIN));
        iban.region(end, text.length());
      } else {
        // The next one may begin inside what looked like one.
        iban.region(iban.start() + 1, text.length());
      }
    }
    Matcher card = CARD.matcher(text);
    while (card.find()) {
      int end = cardEnd(text, card.start(), card.end());
      if (end > 0) {
        found.add(new PersonalDataSpan(PersonalDataKind.CARD, card.start(), end, CERTAIN));
      }
    }
    return found;
  }

  /// Where a valid card number ends, or -1: its last group may be the security code or the month
  /// that stands after the number.
  private static int cardEnd(String text, int start, int most) {
    String number = text.substring(start, most);
    int last = Math.max(number.lastIndexOf(' '), number.lastIndexOf('-'));
    if (isCard(plain(number))) {
      return most;
    }
    return last > 0 && isCard(plain(number.substring(0, last))) ? start + last : -1;
  }

  private static boolean isCard(String digits) {
    return digits.length() >= 13
        && digits.length() <= 19
        && ISSUER.matcher(digits).matches()
        && LuhnCheckDigit.LUHN_CHECK_DIGIT.isValid(digits);
  }

  /// Where a valid IBAN that begins at `start` ends, at most at `most`, or -1: the words after it
  /// may look like more of its groups, so every country's own length is tried by dropping
  /// characters.
  private static int ibanEnd(String text, int start, int most) {
    for (int end = most; end - start >= 15; end--) {
      boolean whole = end == text.length() || !Character.isLetterOrDigit(text.charAt(end));
      if (whole
          && Character.isLetterOrDigit(text.charAt(end - 1))
          && IBANValidator.getInstance().isValid(plain(text.substring(start, end)))) {
        return end;
      }
    }
    return -1;
  }

  private static String plain(String number) {
    return number.replace(" ", "").replace("-", "").toUpperCase(Locale.ROOT);
  }
}
