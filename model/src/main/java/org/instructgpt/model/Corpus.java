package org.instructgpt.model;

import java.util.Arrays;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;

/// Plain text to predict, token by token: documents one after another, each closed by the
/// end-of-text token, cut into windows of equal length. Pretraining reads it, and so does the
/// pretraining mix of SFT and PPO-ptx.
///
/// @param tokens all documents
/// @param window number T of tokens predicted in each window
public record Corpus(int[] tokens, int window) {
  /// Checks that there is at least one window.
  public Corpus {
    if (window < 1 || tokens.length <= window) {
      throw new IllegalArgumentException(
          "expected a text of more tokens than the window of %d, found %d: give more text"
              .formatted(window, tokens.length));
    }
  }

  /// Some of the windows.
  ///
  /// @param inputs ids (B, T)
  /// @param targets the id after each of them (B, T)
  public record Windows(Tensor inputs, Tensor targets) {}

  /// Encodes documents. Each one is closed by the end-of-text token.
  public static Corpus of(Iterable<String> documents, Tokenizer tokenizer, int window) {
    var tokens = new int[1 << 16];
    int count = 0;
    for (var document : documents) {
      int[] ids = tokenizer.encode(document);
      if (count + ids.length + 1 > tokens.length) {
        tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, count + ids.length + 1));
      }
      System.arraycopy(ids, 0, tokens, count, ids.length);
      count += ids.length;
      tokens[count++] = tokenizer.endOfText();
    }
    return new Corpus(Arrays.copyOf(tokens, count), window);
  }

  /// The number of windows.
  public int count() {
    return (tokens.length - 1) / window;
  }

  /// The windows of the given numbers.
  public Windows at(int[] numbers, Device device) {
    var inputs = new long[numbers.length * window];
    var targets = new long[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      int at = numbers[i / window] * window + i % window;
      inputs[i] = tokens[at];
      targets[i] = tokens[at + 1];
    }
    return new Windows(
        Tensor.of(inputs, numbers.length, window).to(device),
        Tensor.of(targets, numbers.length, window).to(device));
  }
}
