package org.instructgpt.dpo;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sequences;
import org.instructgpt.torch.Readings;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Log-probabilities of whole completions, nats.
///
/// @param ofPrompt for each prompt those of its completions
record CompletionLogProbs(double[][] ofPrompt) {

  /// The log-probability (B) of each completion of some prompts, prompt after prompt: the sum over
  /// its tokens, end of text included. Without dropout and with logits of full precision, since the
  /// loss is of differences of these.
  static Tensor under(Gpt model, List<Preferences> some) {
    var rows = some.stream().flatMap(each -> each.rows().stream()).toList();
    var batch = Sequences.of(rows, model.parameters().flat().device());
    var tokens = LogProbs.exactOfResponses(model, batch, 1);
    long[] lengths = IntStream.of(batch.responseLengths()).asLongStream().toArray();
    return Tensor.stack(tokens.split(0, lengths).stream().map(Tensor::sum).toList(), 0);
  }

  /// Those under a model as it is now, computed part by part without gradients.
  ///
  /// @param parts indices of prompts, each at least once; the first time counts
  static CompletionLogProbs of(Gpt model, List<Preferences> all, List<int[]> parts) {
    var found = new double[all.size()][];
    try (var _ = Scope.open()) {
      var values = new Readings();
      for (int[] part : parts) {
        try (var _ = Scope.open()) {
          Scope.constant(() -> values.add(under(model, some(all, part))));
        }
      }
      double[] each = values.read();
      int from = 0;
      for (int[] part : parts) {
        for (int prompt : part) {
          int to = from + all.get(prompt).k();
          if (found[prompt] == null) {
            found[prompt] = Arrays.copyOfRange(each, from, to);
          }
          from = to;
        }
      }
    }
    return new CompletionLogProbs(found);
  }

  /// Those of a part, one prompt after another.
  double[] of(int[] part) {
    return Arrays.stream(part).mapToObj(i -> ofPrompt[i]).flatMapToDouble(Arrays::stream).toArray();
  }

  /// The prompts of a part.
  static List<Preferences> some(List<Preferences> all, int[] part) {
    return Arrays.stream(part).mapToObj(all::get).toList();
  }
}
