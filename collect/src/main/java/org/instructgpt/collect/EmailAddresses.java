package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.validator.routines.DomainValidator;

/// Finds e-mail addresses: from each `@` outwards, as far as the characters allow.
final class EmailAddresses {
  private static final double KNOWN_DOMAIN = 0.99;
  private static final double UNKNOWN_DOMAIN = 0.6;
  private static final String LOCAL_MARKS = "!#$%&'*+/=?^_`{|}~.-";
  private static final DomainValidator DOMAINS = DomainValidator.getInstance();

  private EmailAddresses() {}

  static List<PersonalDataSpan> find(String text) {
    List<PersonalDataSpan> found = new ArrayList<>();
    for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      int least = found.isEmpty() ? 0 : found.getLast().end();
      int start = localStart(text, at, least);
      int end = domainEnd(text, at + 1);
      int dot = text.lastIndexOf('.', end - 1);
      // A local part, a dot in the domain, and a last label of letters.
      if (start < at && dot > at + 1 && end - dot > 2 && Character.isLetter(text.charAt(dot + 1))) {
        boolean known = DOMAINS.isValidTld(text.substring(dot + 1, end));
        found.add(
            new PersonalDataSpan(
                PersonalDataKind.EMAIL, start, end, known ? KNOWN_DOMAIN : UNKNOWN_DOMAIN));
      }
    }
    return found;
  }

  /// Where the part before the `@` begins; a quote or another mark before the first letter is not
  /// part of it.
  private static int localStart(String text, int at, int least) {
    int start = at;
    while (start > least && isLocal(text.charAt(start - 1))) {
      start--;
    }
    while (start < at && !Character.isLetterOrDigit(text.charAt(start))) {
      start++;
    }
    return start;
  }

  private static boolean isLocal(char c) {
    return Character.isLetterOrDigit(c) || LOCAL_MARKS.indexOf(c) >= 0;
  }

  /// Where the domain ends; the full stop of the sentence is not part of it.
  private static int domainEnd(String text, int from) {
    int end = from;
    while (end < text.length() && isDomain(text.charAt(end))) {
      end++;
    }
    while (end > from && !Character.isLetterOrDigit(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  private static boolean isDomain(char c) {
    return Character.isLetterOrDigit(c) || c == '.' || c == '-';
  }
}
