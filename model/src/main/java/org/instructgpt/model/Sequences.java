package org.instructgpt.model;

import java.util.List;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.PaddedRows;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;

/// A batch of prompts with their responses, as the networks read it.
///
/// What concerns response tokens (log-probabilities, values, rewards, advantages) is kept flat: one
/// number for each of the N response tokens of the batch, row after row. Nothing is padded there,
/// so there is nothing to mask, and a mean over tokens is a mean. Only the network's input is a
/// rectangle, padded on the right, where a causal network never looks.
///
/// @param tokens ids (B, T), prompt and response, then padding
/// @param prompts the number of prompt tokens of each row
/// @param lengths the number of prompt and response tokens of each row
public record Sequences(Tensor tokens, int[] prompts, int[] lengths) {
  /// Prompts and responses side by side.
  ///
  /// @throws IllegalArgumentException if a prompt is empty, since the first response token is
  ///   predicted from the prompt's last
  public static Sequences of(List<int[]> prompts, List<int[]> responses, Device device) {
    if (prompts.size() != responses.size() || prompts.isEmpty()) {
      throw new IllegalArgumentException(
          "%d prompts and %d responses do not make a batch"
              .formatted(prompts.size(), responses.size()));
    }
    var rows = new java.util.ArrayList<int[]>();
    for (int i = 0; i < prompts.size(); i++) {
      if (prompts.get(i).length == 0) {
        throw new IllegalArgumentException(
            "prompt %d of the batch has no tokens, but needs at least one".formatted(i + 1));
      }
      rows.add(join(prompts.get(i), responses.get(i)));
    }
    var padded = PaddedRows.right(rows, 0);
    return new Sequences(
        Tensor.of(padded.tokens(), padded.rows(), padded.width()).to(device),
        prompts.stream().mapToInt(p -> p.length).toArray(),
        padded.lengths());
  }

  /// The prompts and responses of examples, a row each.
  public static Sequences of(List<EncodedExample> rows, Device device) {
    return of(
        rows.stream().map(EncodedExample::prompt).toList(),
        rows.stream().map(EncodedExample::response).toList(),
        device);
  }

  private static int[] join(int[] prompt, int[] response) {
    var row = java.util.Arrays.copyOf(prompt, prompt.length + response.length);
    System.arraycopy(response, 0, row, prompt.length, response.length);
    return row;
  }

  /// The number B of rows.
  public int rows() {
    return lengths.length;
  }

  /// The number N of response tokens in all rows.
  public int responseTokens() {
    int n = 0;
    for (int b = 0; b < lengths.length; b++) {
      n += lengths[b] - prompts[b];
    }
    return n;
  }

  /// The number of response tokens of each row.
  public int[] responseLengths() {
    var result = new int[lengths.length];
    for (int b = 0; b < result.length; b++) {
      result[b] = lengths[b] - prompts[b];
    }
    return result;
  }

  /// Where each response token is predicted, and where its value is read: the position before it,
  /// as an index into the B x T positions (N).
  public Tensor predictors() {
    return index(-1);
  }

  /// The response tokens (N).
  public Tensor responses() {
    return tokens.reshape(-1).indexSelect(0, index(0));
  }

  /// Where the reward is read: each row's last token, as an index into the B x T positions (B).
  public Tensor last() {
    long width = tokens.size(1);
    var at = new long[lengths.length];
    for (int b = 0; b < at.length; b++) {
      at[b] = b * width + lengths[b] - 1;
    }
    return Tensor.of(at, at.length).to(tokens.device());
  }

  private Tensor index(int shift) {
    long width = tokens.size(1);
    var at = new long[responseTokens()];
    int n = 0;
    for (int b = 0; b < lengths.length; b++) {
      for (int t = prompts[b]; t < lengths[b]; t++) {
        at[n++] = b * width + t + shift;
      }
    }
    return Tensor.of(at, at.length).to(tokens.device());
  }
}
