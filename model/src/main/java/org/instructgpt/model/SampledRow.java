package org.instructgpt.model;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.instructgpt.torch.Randomness;

/// One prompt of a [Sampler]'s batch with its response so far.
final class SampledRow {
  private final int place;
  private final int[] prompt;
  private final long stream;
  private final int limit;
  private final int[] tokens;
  private final float[] logProbs;
  private int length;
  private int passed;
  private boolean stopped;
  private boolean endedByListener;

  /// @param place of the prompt in the caller's list
  /// @param stream seed of the row's own random numbers
  /// @param limit the greatest number of tokens of the response
  /// @param keepsLogProbs whether log-probabilities are kept
  SampledRow(int place, int[] prompt, long stream, int limit, boolean keepsLogProbs) {
    this.place = place;
    this.prompt = prompt;
    this.stream = stream;
    this.limit = limit;
    this.tokens = new int[limit];
    this.logProbs = new float[keepsLogProbs ? limit : 0];
  }

  int place() {
    return place;
  }

  int[] prompt() {
    return prompt;
  }

  int limit() {
    return limit;
  }

  /// The random number for the next token, in [0, 1), on a grid of 2^-24, so that it stays below 1
  /// in float32.
  float draw() {
    return (Randomness.mix(stream, length) >>> 40) * 0x1p-24f;
  }

  /// @param ends whether the token ends a text
  /// @param logProb of the token; unused where none are kept
  void append(int token, boolean ends, float logProb) {
    if (logProbs.length > 0) {
      logProbs[length] = logProb;
    }
    tokens[length++] = token;
    stopped = ends;
  }

  int lastToken() {
    return tokens[length - 1];
  }

  /// How many of its tokens have keys and values: all but the last.
  int cached() {
    return prompt.length + length - 1;
  }

  /// Passes the last token to the listener, unless it was passed before.
  ///
  /// @param goesOn whether the row goes on after it
  void passTo(IntPredicate goesOn) {
    if (passed < length) {
      passed = length;
      endedByListener = !goesOn.test(lastToken());
    }
  }

  boolean finished() {
    return endedByListener || stopped || length == limit;
  }

  boolean endedByListener() {
    return endedByListener;
  }

  /// Whether the last token ends a text.
  boolean stopped() {
    return stopped;
  }

  int[] tokens() {
    return Arrays.copyOf(tokens, length);
  }

  float[] logProbs() {
    return Arrays.copyOf(logProbs, Math.min(length, logProbs.length));
  }
}
