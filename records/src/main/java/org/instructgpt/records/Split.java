package org.instructgpt.records;

import java.util.Optional;
import org.instructgpt.text.Dialogue;

/// The three parts of the data. All prompts of a user belong to the same part (paper section 3.2),
/// so that no model is tested on prompts of a user it was trained on.
public enum Split {
  TRAIN,
  VALIDATION,
  TEST;

  /// The sizes of the parts, as shares that add up to 1.
  ///
  /// The part of a prompt is a pure function of its author: the id of the user (or of the
  /// organisation, or, if neither is known, the question itself) is hashed to a number in [0, 1).
  /// The same data imported twice, in another order or in pieces, is split in the same way, and no
  /// state is needed. The paper gives no ratios; 90/5/5 is this program's choice.
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

    /// The part of a prompt: by user if there is one, else by organisation, else by [the first
    /// question][#topic].
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

    /// The topic of a dialogue is its first human turn, so that all prompts of one conversation are
    /// in the same part.
    private static String topic(String text) {
      return Dialogue.firstHumanTurn(text).orElse(text).strip();
    }
  }
}
