package org.instructgpt.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.model.Packing.Segment;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Tensor;

/// A batch of prompts with their responses, as the networks read it.
///
/// Nothing is padded. The network's input is all N tokens of the batch one after another, and rows
/// that follow each other with the same prompt share it: it is computed once, whatever the number
/// of its responses (see [Packing]). What concerns response tokens (log-probabilities, values,
/// rewards, advantages) is flat as well: one number for each of the R response tokens of the batch,
/// row after row, so there is nothing to mask, and a mean over tokens is a mean.
public final class Sequences {
  private final Packing packing;
  private final Tensor tokens;
  private final Tensor positions;
  private final int[] prompts;
  private final int[] lengths;
  private final int[] promptPlaces;
  private final int[] responsePlaces;

  private Sequences(List<int[]> prompts, List<int[]> responses, Device device) {
    int rows = prompts.size();
    var segments = new ArrayList<Segment>();
    var promptOf = new int[rows];
    var responseOf = new int[rows];
    for (int b = 0; b < rows; b++) {
      int[] prompt = prompts.get(b);
      boolean again = b > 0 && Arrays.equals(prompt, prompts.get(b - 1));
      boolean shared = again || b + 1 < rows && Arrays.equals(prompt, prompts.get(b + 1));
      if (!again) {
        int[] run = shared ? prompt : join(prompt, responses.get(b));
        segments.add(new Segment(run, Segment.NO_PREFIX));
      }
      promptOf[b] = again ? promptOf[b - 1] : segments.size() - 1;
      boolean apart = shared && responses.get(b).length > 0;
      responseOf[b] = apart ? segments.size() : promptOf[b];
      if (apart) {
        segments.add(new Segment(responses.get(b), promptOf[b]));
      }
    }
    var placed = Packing.of(segments);
    this.packing = placed.packing();
    this.tokens = Tensor.of(placed.tokens(segments)).to(device);
    this.positions = Tensor.of(placed.positions(segments)).to(device);
    this.prompts = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
    this.lengths = new int[rows];
    this.promptPlaces = new int[rows];
    this.responsePlaces = new int[rows];
    for (int b = 0; b < rows; b++) {
      lengths[b] = this.prompts[b] + responses.get(b).length;
      promptPlaces[b] = placed.places()[promptOf[b]];
      responsePlaces[b] =
          placed.places()[responseOf[b]] + (responseOf[b] == promptOf[b] ? this.prompts[b] : 0);
    }
  }

  /// Prompts and responses side by side. Rows of one prompt share it where they follow each other.
  ///
  /// @throws IllegalArgumentException if a prompt is empty, since the first response token is
  ///   predicted from the prompt's last
  public static Sequences of(List<int[]> prompts, List<int[]> responses, Device device) {
    if (prompts.size() != responses.size() || prompts.isEmpty()) {
      throw new IllegalArgumentException(
          "%d prompts and %d responses do not make a batch"
              .formatted(prompts.size(), responses.size()));
    }
    for (int i = 0; i < prompts.size(); i++) {
      if (prompts.get(i).length == 0) {
        throw new IllegalArgumentException(
            "prompt %d of the batch has no tokens, but needs at least one".formatted(i + 1));
      }
    }
    return new Sequences(prompts, responses, device);
  }

  /// The prompts and responses of examples, a row each.
  public static Sequences of(List<EncodedExample> rows, Device device) {
    return of(
        rows.stream().map(EncodedExample::prompt).toList(),
        rows.stream().map(EncodedExample::response).toList(),
        device);
  }

  private static int[] join(int[] prompt, int[] response) {
    var row = Arrays.copyOf(prompt, prompt.length + response.length);
    System.arraycopy(response, 0, row, prompt.length, response.length);
    return row;
  }

  /// How the tokens lie.
  Packing packing() {
    return packing;
  }

  /// The ids that the network reads (N), a shared prompt once.
  public Tensor tokens() {
    return tokens;
  }

  /// The position of each token in its row (N), from 0.
  Tensor positions() {
    return positions;
  }

  /// The number of prompt tokens of each row (B).
  public int[] prompts() {
    return prompts;
  }

  /// The number of prompt and response tokens of each row (B).
  public int[] lengths() {
    return lengths;
  }

  /// The number of tokens of the longest row.
  int longest() {
    return Arrays.stream(lengths).max().orElse(0);
  }

  /// The number B of rows.
  public int rows() {
    return lengths.length;
  }

  /// The number R of response tokens in all rows.
  public int responseTokens() {
    return Arrays.stream(responseLengths()).sum();
  }

  /// The number of response tokens of each row (B).
  public int[] responseLengths() {
    var result = new int[lengths.length];
    Arrays.setAll(result, b -> lengths[b] - prompts[b]);
    return result;
  }

  /// The ids of row `b`: its prompt, then its response.
  public int[] row(int b) {
    long[] ids = tokens.longs();
    return IntStream.range(0, lengths[b]).map(t -> (int) ids[place(b, t)]).toArray();
  }

  /// Where each response token is predicted, and where its value is read: the place of the token
  /// before it, as an index into the N tokens (R).
  public Tensor predictors() {
    return index(-1);
  }

  /// The response tokens (R).
  public Tensor responses() {
    return tokens.indexSelect(0, index(0));
  }

  /// Where the reward is read: the place of each row's last token, as an index into the N tokens
  /// (B).
  public Tensor last() {
    var at = new long[lengths.length];
    Arrays.setAll(at, b -> place(b, lengths[b] - 1));
    return Tensor.of(at, at.length).to(tokens.device());
  }

  private Tensor index(int shift) {
    var at = new long[responseTokens()];
    int n = 0;
    for (int b = 0; b < lengths.length; b++) {
      for (int t = prompts[b]; t < lengths[b]; t++) {
        at[n++] = place(b, t + shift);
      }
    }
    return Tensor.of(at, at.length).to(tokens.device());
  }

  /// The place of token `t` of row `b`.
  private int place(int b, int t) {
    return t < prompts[b] ? promptPlaces[b] + t : responsePlaces[b] + t - prompts[b];
  }
}
