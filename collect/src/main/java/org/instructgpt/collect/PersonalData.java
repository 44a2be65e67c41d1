package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Finds what tells who somebody is: e-mail addresses, phone numbers, account and card numbers,
/// network and street addresses, names.
///
/// Each kind has a finder of its own. Where a number carries its own proof (the checksum of an IBAN
/// or a card, the structure of an address), that proof decides, and the confidence is high. Where
/// it does not (phone numbers, streets, names), shape and the words around it decide, and the
/// confidence says how much that is worth. No finder is perfect, and that of names least: it looks
/// for the places where people name themselves or each other ("my name is", "Dear", a title, a
/// signature). A name elsewhere is more often a president's or a hero's, and has a low confidence,
/// [#LOOSE_NAME].
///
/// A text is read a fixed number of times, and mostly not at all: without a digit it holds no
/// number, without `@` no e-mail address.
public final class PersonalData {
  /// The confidence of a name that nothing in the text gives to a private person.
  public static final double LOOSE_NAME = 0.4;

  private PersonalData() {}

  /// What was found, in the order in which they are looked for: where two overlap, the first of
  /// them holds.
  public enum Kind {
    EMAIL,
    IBAN,
    /// A payment card.
    CARD,
    /// An address of the internet, of version 4 or 6.
    IP,
    /// A social security number of the United States.
    SOCIAL_SECURITY,
    /// A street with a house number, a post-office box, an apartment.
    ADDRESS,
    PHONE,
    /// A person's.
    NAME;

    public static final Set<Kind> ALL = SortedCounts.copy(Kind.class, EnumSet.allOf(Kind.class));

    /// What stands for it in a redacted text: `[email]`, `[social security]`.
    public String mark() {
      return "[" + ConstantNames.word(this) + "]";
    }
  }

  /// Characters `start` to `end` (exclusive) of a text.
  ///
  /// @param confidence that this is what `kind` says, 0 to 1
  public record Span(Kind kind, int start, int end, double confidence) {
    public Span {
      if (start < 0 || end <= start) {
        throw new IllegalArgumentException(
            "expected a span of at least one character, found " + start + " to " + end);
      }
    }

    String in(String text) {
      return text.substring(start, end);
    }

    private boolean overlaps(Span other) {
      return start < other.end && other.start < end;
    }
  }

  /// All personal data in a text, from left to right, without overlaps.
  public static List<Span> find(String text) {
    return find(text, Kind.ALL);
  }

  /// The personal data of some kinds in a text, from left to right, without overlaps. What belongs
  /// to another kind does not count as one of these: a card number is no phone number, whether
  /// cards are wanted or not.
  public static List<Span> find(String text, Set<Kind> kinds) {
    List<Span> found = new ArrayList<>();
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
    if (kinds.contains(Kind.NAME)) {
      merge(found, PersonNames.find(text));
    }
    found.removeIf(span -> !kinds.contains(span.kind()));
    found.sort(Comparator.comparingInt(Span::start));
    return found;
  }

  private static void merge(List<Span> found, Collection<Span> more) {
    for (Span span : more) {
      if (found.stream().noneMatch(span::overlaps)) {
        found.add(span);
      }
    }
  }

  /// The text with a mark in the place of each span.
  ///
  /// @param spans of this text, from left to right, without overlaps, as [#find] gives them
  /// @throws IllegalArgumentException if they overlap, are out of order or reach beyond the text
  public static String redact(String text, List<Span> spans) {
    StringBuilder redacted = new StringBuilder(text.length());
    int at = 0;
    for (Span span : spans) {
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
