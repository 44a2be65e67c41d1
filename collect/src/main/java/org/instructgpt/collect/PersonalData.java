package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// Finds and redacts personal data: e-mail addresses, phone numbers, account and card numbers,
/// network and street addresses, names.
///
/// Each kind has a finder of its own. Where a number can be verified by itself (the checksum of an
/// IBAN or a card, the structure of an address), that decides, and the confidence is high. Where it
/// does not (phone numbers, streets, names), shape and the words around it decide, and the
/// confidence is lower. The finder of names is the least reliable: it looks for the places where
/// people name themselves or each other ("my name is", "Dear", a title, a signature). A name
/// elsewhere is more often that of a public or fictional person, and has the low confidence
/// [#LOOSE_NAME].
///
/// Most finders are skipped for most texts: without a digit there is no number, without `@` no
/// e-mail address.
final class PersonalData {
  /// The confidence of a name that the text does not mark as that of a private person.
  static final double LOOSE_NAME = PersonNames.LOOSE;

  private PersonalData() {}

  /// All personal data in a text, from left to right, without overlaps.
  static List<PersonalDataSpan> find(String text) {
    return find(text, PersonalDataKind.ALL);
  }

  /// The personal data of some kinds in a text, from left to right, without overlaps. A find of
  /// another kind is not counted as one of these: a card number is not a phone number, whether
  /// cards are wanted or not.
  static List<PersonalDataSpan> find(String text, Set<PersonalDataKind> kinds) {
    List<PersonalDataSpan> found = new ArrayList<>();
    if (text.indexOf('@') >= 0) {
      merge(found, EmailAddresses.find(text));
    }
    boolean digits = text.chars().anyMatch(Character::isDigit);
    if (digits) {
      merge(found, AccountNumbers.find(text));
    }
    if (digits || text.contains("::")) {
      merge(found, NetworkAddresses.find(text));
    }
    if (digits) {
      merge(found, SocialSecurity.find(text));
      merge(found, StreetAddresses.find(text));
      merge(found, PhoneNumbers.find(text));
    }
    if (kinds.contains(PersonalDataKind.NAME)) {
      merge(found, PersonNames.find(text));
    }
    found.removeIf(span -> !kinds.contains(span.kind()));
    found.sort(Comparator.comparingInt(PersonalDataSpan::start));
    return found;
  }

  private static void merge(List<PersonalDataSpan> found, Collection<PersonalDataSpan> more) {
    for (PersonalDataSpan span : more) {
      if (found.stream().noneMatch(span::overlaps)) {
        found.add(span);
      }
    }
  }

  /// The text with a mark in the place of each span.
  ///
  /// @param spans of this text, from left to right, without overlaps, as [#find] gives them
  /// @throws IllegalArgumentException if they overlap, are out of order or reach beyond the text
  static String redact(String text, List<PersonalDataSpan> spans) {
    StringBuilder redacted = new StringBuilder(text.length());
    int at = 0;
    for (PersonalDataSpan span : spans) {
      if (span.start() < at || span.end() > text.length()) {
        throw new IllegalArgumentException(
            "expected spans from left to right within %d characters, found %d to %d after %d"
                .formatted(text.length(), span.start(), span.end(), at));
      }
      redacted.append(text, at, span.start()).append(span.kind().mark());
      at = span.end();
    }
    return redacted.append(text, at, text.length()).toString();
  }
}
