package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.instructgpt.model.Sequences;
import org.instructgpt.text.Framed;
import org.instructgpt.torch.Device;

/// The part of a batch that goes through the network at once: whole prompts, since the completions
/// of a prompt are compared with each other. Each completion is one row.
///
/// @param rankings the prompts
record MicroBatch(List<Ranked> rankings) {
  MicroBatch {
    rankings = List.copyOf(rankings);
  }

  /// Splits a batch. Prompts of similar length go together, so little is padding.
  ///
  /// @param tokens the greatest number of cells (rows times the longest row) of a part; a prompt
  ///   that needs more is a part by itself
  static List<MicroBatch> of(List<Ranked> batch, int tokens) {
    var longestFirst =
        batch.stream().sorted(Comparator.comparingInt(Ranked::longest).reversed()).toList();
    var parts = new ArrayList<MicroBatch>();
    var open = new ArrayList<Ranked>();
    int rows = 0;
    for (var ranked : longestFirst) {
      long width = open.isEmpty() ? ranked.longest() : open.getFirst().longest();
      if (!open.isEmpty() && (rows + ranked.k()) * width > tokens) {
        parts.add(new MicroBatch(open));
        open.clear();
        rows = 0;
      }
      open.add(ranked);
      rows += ranked.k();
    }
    if (!open.isEmpty()) {
      parts.add(new MicroBatch(open));
    }
    return parts;
  }

  /// The rows, prompt after prompt, in the order of the completions.
  List<Framed> rows() {
    return rankings.stream().flatMap(ranked -> ranked.rows().stream()).toList();
  }

  /// Whether the completion of each row ended by itself.
  List<Boolean> ended() {
    return rankings.stream().flatMap(ranked -> ranked.ended().stream()).toList();
  }

  /// The rows as the network reads them.
  static Sequences sequences(List<Framed> rows, Device device) {
    return Sequences.of(
        rows.stream().map(Framed::prompt).toList(),
        rows.stream().map(Framed::response).toList(),
        device);
  }
}
