package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Batches of rows that lie one after another, and the log-probabilities of their responses.
class PackingTest {
  private final Scope scope = Scope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  private static GptConfig config(int context, int band) {
    return new GptConfig(2, 8, 2, context, 11, GptConfig.Activation.GELU, 1e-5, 0, band);
  }

  private static Gpt gpt(int context, int band) {
    var config = config(context, band);
    var parameters = new Parameters(Gpt.shapes(config), DType.FLOAT64, Device.CPU).train();
    var gpt = new Gpt(config, Precision.FULL, parameters);
    gpt.initialize(new Randomness(3));
    return gpt;
  }

  /// Rows of many lengths, some of one prompt, one of whose responses is empty.
  private static final List<int[]> PROMPTS =
      List.of(
          new int[] {1, 2, 3},
          new int[] {4, 9},
          new int[] {4, 9},
          new int[] {4, 9},
          new int[] {5, 6, 8, 1, 2},
          new int[] {5, 6, 8, 1, 2},
          new int[] {1, 2, 3});

  private static final List<int[]> RESPONSES =
      List.of(
          new int[] {7, 8},
          new int[] {9, 10, 0, 1, 2, 3},
          new int[] {4},
          new int[0],
          new int[] {3, 3},
          new int[] {1, 5, 7, 9, 10},
          new int[] {7, 8, 10});

  @ParameterizedTest
  @CsvSource({"0", "3"})
  void aRowOfAPackedBatchIsTheRowAlone(int band) {
    var gpt = gpt(16, band);
    var batch = Sequences.of(PROMPTS, RESPONSES, Device.CPU);
    assertThat(batch.tokens().count()).isEqualTo(5 + (2 + 6 + 1) + (5 + 2 + 5) + 6);
    var together = LogProbs.ofResponses(gpt, batch, 0.7, Dropout.NONE);
    weighted(together, 0).backward();
    double[] gradient = gpt.parameters().gradient().doubles();
    gpt.parameters().zeroGradient();
    int at = 0;
    for (int i = 0; i < PROMPTS.size(); i++) {
      var row = Sequences.of(PROMPTS.subList(i, i + 1), RESPONSES.subList(i, i + 1), Device.CPU);
      assertThat(batch.row(i)).isEqualTo(row.row(0)).hasSize(row.lengths()[0]);
      if (row.responseTokens() > 0) {
        var alone = LogProbs.ofResponses(gpt, row, 0.7, Dropout.NONE);
        var same = together.narrow(0, at, row.responseTokens());
        assertThat(same.doubles()).containsExactly(alone.doubles(), within(1e-12));
        weighted(alone, at).backward();
        at += row.responseTokens();
      }
    }
    assertThat(at).isEqualTo(batch.responseTokens());
    assertThat(gpt.parameters().gradient().doubles()).containsExactly(gradient, within(1e-12));
  }

  /// A sum in which each term counts differently.
  private static Tensor weighted(Tensor terms, int from) {
    double[] weights =
        IntStream.range(from, from + (int) terms.count()).mapToDouble(i -> Math.cos(i)).toArray();
    return terms.mul(Tensor.of(weights, weights.length)).sum();
  }

  @Test
  void longAndShortRowsAreAttendedToApart() {
    var gpt = gpt(300, 0);
    var lengths = List.of(3, 290, 5, 280, 4, 150);
    var prompts =
        lengths.stream().map(n -> IntStream.range(0, n).map(i -> i * i % 11).toArray()).toList();
    var responses = lengths.stream().map(n -> new int[] {n % 11, 1, 7}).toList();
    var batch = Sequences.of(prompts, responses, Device.CPU);
    assertThat(batch.packing().groups()).hasSizeBetween(3, 4);
    double[] together = LogProbs.ofResponses(gpt, batch, 1, Dropout.NONE).doubles();
    for (int i = 0; i < prompts.size(); i++) {
      var row = Sequences.of(prompts.subList(i, i + 1), responses.subList(i, i + 1), Device.CPU);
      assertThat(Arrays.copyOfRange(together, 3 * i, 3 * i + 3))
          .containsExactly(
              LogProbs.ofResponses(gpt, row, 1, Dropout.NONE).doubles(), within(1e-12));
    }
  }

  /// Hidden states and embeddings that make logits of about 100, where bfloat16 has steps of 0.5.
  @Test
  void exactLogitsAreNotRoundedUnderMixedPrecision() {
    var config = config(16, 0);
    var mixed = new Gpt(config, Precision.MIXED, Device.CPU);
    mixed.initialize(new Randomness(4));
    var batch = Sequences.of(PROMPTS, RESPONSES, Device.CPU);
    mixed.parameters().get("ln_f.weight").detach().mul_(60);
    var hidden = mixed.hidden(batch, Dropout.NONE).indexSelect(0, batch.predictors());
    var logits = hidden.to(DType.FLOAT64).matmul(embeddings(mixed)).doubles();
    assertThat(Arrays.stream(logits).map(Math::abs).max().orElseThrow()).isGreaterThan(60);
    double exact = furthest(mixed.exactLogits(hidden).doubles(), logits);
    double rounded = furthest(mixed.logits(hidden).doubles(), logits);
    assertThat(exact).isLessThan(1e-3);
    assertThat(rounded).isGreaterThan(0.1);
    var expected = Tensor.of(logits, batch.responseTokens(), config.vocabulary()).logSoftmax(1);
    var wanted = expected.gather(1, batch.responses().unsqueeze(1)).squeeze(1);
    assertThat(LogProbs.exactOfResponses(mixed, batch, 1).doubles())
        .containsExactly(wanted.doubles(), within(1e-3));
  }

  private static Tensor embeddings(Gpt gpt) {
    return gpt.parameters().get("wte.weight").detach().to(DType.FLOAT64).transpose(0, 1);
  }

  private static double furthest(double[] found, double[] expected) {
    return IntStream.range(0, found.length)
        .mapToDouble(i -> Math.abs(found[i] - expected[i]))
        .max()
        .orElseThrow();
  }
}
