package org.instructgpt.simulation;

import java.util.List;

/// A skill that is tested, and how it is scored.
public enum Skill {
  /// Say some words again; exact match.
  COPY,
  /// Say some words backwards; exact match.
  REVERSAL,
  /// Find the answer in a passage whose facts hold only there; token F1.
  LOOKUP,
  /// Know a fact of the world; token F1.
  CLOSED_BOOK,
  /// English into Lumish; token F1.
  TRANSLATION,
  /// Positive or negative; accuracy between two choices.
  SENTIMENT,
  /// The word that is of another kind; accuracy between four choices.
  ODD_ONE_OUT;

  /// A test item.
  ///
  /// @param context everything up to where the model goes on, without the space before the answer:
  ///   `English: the red fox\nLumish:`
  /// @param references right answers, without spaces around
  /// @param choices what can be chosen from, the right answer among them; empty where the model
  ///   writes the answer greedily up to the first line break
  public record Item(Skill skill, String context, List<String> references, List<String> choices) {
    public Item {
      references = List.copyOf(references);
      choices = List.copyOf(choices);
    }
  }
}
