package org.instructgpt.collect;

import java.util.EnumSet;
import java.util.Set;

/// The kinds of personal data, in the order in which they are searched for: where two finds
/// overlap, the first kind holds.
public enum PersonalDataKind {
  EMAIL,
  IBAN,
  /// A payment card.
  CARD,
  /// An IPv4 or IPv6 address.
  IP,
  /// A social security number of the United States.
  SOCIAL_SECURITY,
  /// A street with a house number, a post-office box, an apartment.
  ADDRESS,
  PHONE,
  /// A person's name.
  NAME;

  public static final Set<PersonalDataKind> ALL =
      SortedCounts.copy(PersonalDataKind.class, EnumSet.allOf(PersonalDataKind.class));

  /// The mark that replaces it in a redacted text: `[email]`, `[social security]`.
  public String mark() {
    return "[" + ConstantNames.word(this) + "]";
  }
}
