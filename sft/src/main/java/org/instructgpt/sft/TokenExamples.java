package org.instructgpt.sft;

import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.torch.Tensor;

/// Sequences in which a language model predicts some of the tokens, addressed by index.
interface TokenExamples {
  /// How many there are.
  int count();

  /// How many tokens of one example are predicted: at least 1.
  int predicted(int example);

  /// How many tokens of one example the model reads.
  int read(int example);

  /// Natural log-probability (N) of every predicted token of the chosen examples.
  Tensor logProbs(Gpt model, int[] chosen, Dropout dropout);

  /// At most `most` of the examples, evenly spread.
  default int[] spread(int most) {
    int chosen = Math.min(most, count());
    var result = new int[chosen];
    for (int i = 0; i < chosen; i++) {
      result[i] = (int) ((long) i * count() / chosen);
    }
    return result;
  }
}
