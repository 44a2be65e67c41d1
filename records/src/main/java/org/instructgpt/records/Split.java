package org.instructgpt.records;

import java.util.Optional;

/// The three parts of the data. A user's prompts lie in one of them (paper section 3.2), so that no
/// model is tested on the habits of somebody it was trained on.
public enum Split {
  TRAIN,
  VALIDATION,
  TEST;

  /// How large each part shall be, as shares that add up to 1.
  ///
  /// The part of a prompt is a pure function of who wrote it: the user's name (or the
  /// organisation's, or, where neither is known, the question itself) is hashed to a point of [0,
  /// 1). The same data imported twice, in another order or in pieces, falls the same way, and
  /// nothing needs to be remembered. The paper gives no ratios; 90/5/5 is ours.
  public record Fractions(double train, double validation, double test) {
    public static final Fractions USUAL = new Fractions(0.90, 0.05, 0.05);

    public Fractions {
      boolean shares = train >= 0 && validation >= 0 && test >= 0;
      if (!shares || Math.abs(train + validation + test - 1) > 1e-9) {
        throw new BadField(
            "split",
            "three shares of at least 0 that add up to 1",
            train + ", " + validation + ", " + test);
      }
    }

    /// The part for a prompt: by user when there is one, else by organisation, else by [what is
    /// asked first][#topic].
    public Split splitOf(Optional<String> user, Optional<String> organisation, String text) {
      String key =
          user.map(name -> "user " + name)
              .or(() -> organisation.map(name -> "organisation " + name))
              .orElseGet(() -> "prompt " + topic(text));
      double point = Ids.point(key);
      if (point < train) {
        return TRAIN;
      }
      return point < train + validation ? VALIDATION : TEST;
    }

    /// A dialogue counts as its first human turn: its later turns are another prompt of the same
    /// conversation, and must not meet their beginning in another part.
    private static String topic(String text) {
      return Dialogue.firstHumanTurn(text).orElse(text).strip();
    }
  }
}
