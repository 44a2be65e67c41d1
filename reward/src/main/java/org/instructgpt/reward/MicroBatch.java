package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.instructgpt.text.EncodedExample;

/// The part of a batch that goes through the network at once: whole prompts, since the completions
/// of a prompt are compared with each other and share one pass over it ([Sequences]).
///
/// @param prompts with all rankings of their completions
record MicroBatch(List<JudgedPrompt> prompts) {
  MicroBatch {
    prompts = List.copyOf(prompts);
  }

  /// Splits a batch. Prompts of similar length go together.
  ///
  /// @param tokens the greatest number of tokens of a part, each prompt counted once; a prompt that
  ///   needs more is a part by itself
  static List<MicroBatch> of(List<JudgedPrompt> batch, int tokens) {
    var longestFirst =
        batch.stream().sorted(Comparator.comparingInt(JudgedPrompt::longest).reversed()).toList();
    var parts = new ArrayList<MicroBatch>();
    var open = new ArrayList<JudgedPrompt>();
    long used = 0;
    for (var judged : longestFirst) {
      if (!open.isEmpty() && used + judged.tokens() > tokens) {
        parts.add(new MicroBatch(open));
        open.clear();
        used = 0;
      }
      open.add(judged);
      used += judged.tokens();
    }
    if (!open.isEmpty()) {
      parts.add(new MicroBatch(open));
    }
    return parts;
  }

  /// The rows, prompt after prompt, in the order of the completions.
  List<EncodedExample> rows() {
    return prompts.stream().flatMap(judged -> judged.rows().stream()).toList();
  }

  /// Whether the completion of each row ended by itself.
  List<Boolean> ended() {
    return prompts.stream().flatMap(judged -> judged.ended().stream()).toList();
  }
}
