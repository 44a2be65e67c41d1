package org.instructgpt.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.text.EncodedExample;

/// The part of a batch that goes through the network at once: whole prompts, since the completions
/// of a prompt are compared with each other and share one pass over it ([Sequences]).
///
/// @param prompts with all rankings of their completions
/// @param places of these prompts in the batch
record MicroBatch(List<JudgedPrompt> prompts, List<Integer> places) {
  MicroBatch {
    prompts = List.copyOf(prompts);
    places = List.copyOf(places);
  }

  private static MicroBatch at(List<Integer> places, List<JudgedPrompt> batch) {
    return new MicroBatch(places.stream().map(batch::get).toList(), places);
  }

  /// Splits a batch. Prompts of similar length go together.
  ///
  /// @param tokens the greatest number of tokens of a part, each prompt counted once; a prompt that
  ///   needs more is a part by itself
  static List<MicroBatch> of(List<JudgedPrompt> batch, int tokens) {
    int[] all = IntStream.range(0, batch.size()).toArray();
    return of(batch, all, tokens);
  }

  /// The same of a share of the batch.
  ///
  /// @param share places in the batch
  static List<MicroBatch> of(List<JudgedPrompt> batch, int[] share, int tokens) {
    var longestFirst =
        Arrays.stream(share)
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> batch.get(i).longest()).reversed())
            .toList();
    var parts = new ArrayList<MicroBatch>();
    var open = new ArrayList<Integer>();
    long used = 0;
    for (int place : longestFirst) {
      long needed = batch.get(place).tokens();
      if (!open.isEmpty() && used + needed > tokens) {
        parts.add(at(open, batch));
        open.clear();
        used = 0;
      }
      open.add(place);
      used += needed;
    }
    if (!open.isEmpty()) {
      parts.add(at(open, batch));
    }
    return parts;
  }

  /// The rows, prompt after prompt, in the order of the completions.
  List<EncodedExample> rows() {
    return prompts.stream().flatMap(judged -> judged.rows().stream()).toList();
  }
}
