package org.instructgpt.collect;

import java.util.EnumSet;
import java.util.Set;
import org.instructgpt.records.Split;

/// The settings of a [Curation].
///
/// @param prefix when two prompts are duplicates
/// @param cap the most prompts of one user
/// @param fractions of the three splits
/// @param anew whether splits are assigned anew by the fractions; else prompts stay in their split,
///   and all of one writer go where the oldest is, so that held-out prompts never become training
///   data
/// @param personal how personal data is treated
/// @param shortest the fewest tokens of a prompt
/// @param longest the most tokens of a prompt; the paper's App. C has "1k"
/// @param languages the ISO 639-1 codes (`en`, `zh`) of the languages to keep; empty: all, and
///   languages are not detected
/// @param certainty suggested use cases with a lower probability are ignored, 0 to 1
public record CurationSettings(
    Prefix prefix,
    int cap,
    Split.Fractions fractions,
    boolean anew,
    Personal personal,
    int shortest,
    int longest,
    Set<String> languages,
    double certainty) {

  /// As in the paper (App. A.2, C), in all languages.
  public static final CurationSettings PAPER =
      new CurationSettings(
          Prefix.USUAL, 200, Split.Fractions.USUAL, true, Personal.PAPER, 1, 1000, Set.of(), 0.5);

  public CurationSettings {
    languages = Languages.checked(languages);
    if (cap < 1) {
      throw new IllegalArgumentException("cap: expected at least 1 prompt a user, found " + cap);
    }
    if (shortest < 0 || longest < shortest) {
      throw new IllegalArgumentException(
          "length: expected 0 <= shortest <= longest, found %d and %d"
              .formatted(shortest, longest));
    }
    if (!(certainty >= 0 && certainty <= 1)) {
      throw new IllegalArgumentException(
          "certainty: expected a probability from 0 to 1, found " + certainty);
    }
  }

  public CurationSettings with(Prefix other) {
    return new CurationSettings(
        other, cap, fractions, anew, personal, shortest, longest, languages, certainty);
  }

  public CurationSettings with(Split.Fractions other) {
    return new CurationSettings(
        prefix, cap, other, true, personal, shortest, longest, languages, certainty);
  }

  public CurationSettings keepingParts() {
    return new CurationSettings(
        prefix, cap, fractions, false, personal, shortest, longest, languages, certainty);
  }

  public CurationSettings with(Personal other) {
    return new CurationSettings(
        prefix, cap, fractions, anew, other, shortest, longest, languages, certainty);
  }

  public CurationSettings cap(int most) {
    return new CurationSettings(
        prefix, most, fractions, anew, personal, shortest, longest, languages, certainty);
  }

  public CurationSettings tokens(int least, int most) {
    return new CurationSettings(
        prefix, cap, fractions, anew, personal, least, most, languages, certainty);
  }

  public CurationSettings in(Set<String> codes) {
    return new CurationSettings(
        prefix, cap, fractions, anew, personal, shortest, longest, codes, certainty);
  }

  /// When two prompts are duplicates: both agree in their first min(`most` tokens, `share` of the
  /// prompt), where the larger of their two numbers decides. The paper has "a long common prefix"
  /// and no number; 64 tokens and 0.8 are the choice of this project.
  ///
  /// @param most this many equal tokens are enough for prompts of any length
  /// @param share of the longer prompt's tokens that must be equal, above 0 and at most 1
  /// @param least a shorter common prefix is not *long* ("Write a poem about" cats, about dogs):
  ///   then only equal texts are duplicates
  public record Prefix(int most, double share, int least) {
    public static final Prefix USUAL = new Prefix(64, 0.8, 8);

    public Prefix {
      if (least < 1 || most < least) {
        throw new IllegalArgumentException(
            "prefix: expected 1 <= least <= most, found least " + least + ", most " + most);
      }
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "prefix: expected a share above 0 and at most 1, found " + share);
      }
    }
  }

  /// The treatment of a prompt with personal data.
  public enum Action {
    /// Keeps it; the report still counts it.
    KEEP,
    /// Drops it, as in the paper.
    DROP,
    /// Replaces each find by a [mark][PersonalDataKind#mark]: `[email]`, `[phone]`.
    REDACT
  }

  /// How personal data is treated.
  ///
  /// @param action for prompts that contain some
  /// @param splits in which it is treated; the paper removes it from the training split only
  /// @param kinds that are searched for
  /// @param confidence finds below it are ignored, 0 to 1
  public record Personal(
      Action action, Set<Split> splits, Set<PersonalDataKind> kinds, double confidence) {
    /// The paper's: dropped, from the training split.
    public static final Personal PAPER =
        new Personal(Action.DROP, EnumSet.of(Split.TRAIN), PersonalDataKind.ALL, 0.5);

    /// Redacted in all splits.
    public static final Personal REDACTED =
        new Personal(Action.REDACT, EnumSet.allOf(Split.class), PersonalDataKind.ALL, 0.5);

    public Personal {
      splits = SortedCounts.copy(Split.class, splits);
      kinds = SortedCounts.copy(PersonalDataKind.class, kinds);
      if (!(confidence >= 0 && confidence <= 1)) {
        throw new IllegalArgumentException(
            "personal data: expected a confidence from 0 to 1, found " + confidence);
      }
    }

    /// The same without one kind, such as names where users ask for letters and stories.
    public Personal except(PersonalDataKind kind) {
      Set<PersonalDataKind> others = EnumSet.copyOf(PersonalDataKind.ALL);
      others.retainAll(kinds);
      others.remove(kind);
      return new Personal(action, splits, others, confidence);
    }
  }
}
