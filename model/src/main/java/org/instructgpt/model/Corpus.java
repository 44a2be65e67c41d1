package org.instructgpt.model;

import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;

/// Plain text to predict, token by token: documents one after another, each closed by the
/// end-of-text token, cut into windows of equal length. Pretraining reads it, and so does the
/// pretraining mix of SFT and PPO-ptx.
///
/// @param tokens all documents
/// @param window number T of tokens predicted in each window
public record Corpus(Tokens tokens, int window) {
  /// Checks that there is at least one window, and not more than can be numbered.
  public Corpus {
    if (window < 1 || tokens.count() <= window) {
      throw new IllegalArgumentException(
          "expected a text of more tokens than the window of %d, found %d: give more text"
              .formatted(window, tokens.count()));
    }
    if ((tokens.count() - 1) / window > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected a text of at most %d windows of %d tokens, found %d tokens: give less text"
              .formatted(Integer.MAX_VALUE, window, tokens.count()));
    }
  }

  /// The text of an array of ids.
  public Corpus(int[] tokens, int window) {
    this(Tokens.of(tokens), window);
  }

  /// Some of the windows.
  ///
  /// @param inputs ids (B, T)
  /// @param targets the id after each of them (B, T)
  public record Windows(Tensor inputs, Tensor targets) {}

  /// Encodes documents. Each one is closed by the end-of-text token.
  public static Corpus of(Iterable<String> documents, Tokenizer tokenizer, int window) {
    var tokens = new Tokens.Blocks();
    for (var document : documents) {
      tokens.add(tokenizer.encode(document));
      tokens.add(tokenizer.endOfText());
    }
    return new Corpus(tokens, window);
  }

  /// The number of windows.
  public int count() {
    return Math.toIntExact((tokens.count() - 1) / window);
  }

  /// The windows of the given numbers.
  public Windows at(int[] numbers, Device device) {
    var inputs = new long[Math.multiplyExact(numbers.length, window)];
    var targets = new long[inputs.length];
    for (int n = 0; n < numbers.length; n++) {
      int[] ids = tokens.slice((long) numbers[n] * window, window + 1);
      for (int i = 0; i < window; i++) {
        inputs[n * window + i] = ids[i];
        targets[n * window + i] = ids[i + 1];
      }
    }
    return new Windows(
        Tensor.of(inputs, numbers.length, window).to(device),
        Tensor.of(targets, numbers.length, window).to(device));
  }
}
