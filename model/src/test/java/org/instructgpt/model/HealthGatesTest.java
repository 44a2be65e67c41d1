package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HealthGatesTest {
  private static final List<HealthGate> ALL =
      Stream.concat(
              Stream.of(HealthGates.finite()), HealthGates.ppo(HealthThresholds.DEFAULT).stream())
          .toList();

  @Test
  void aHealthyRunPassesEveryGateForManySeeds() {
    for (int seed = 0; seed < 50; seed++) {
      var random = new Random(seed);
      assertThat(fired(300, step -> healthy(step, random))).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void metricsThatATrainerDoesNotReportAreNotWatched() {
    assertThat(fired(200, step -> Map.of("loss", 1.0 / (1 + step)))).isEmpty();
  }

  @Test
  void notANumberAndInfinityAreNamed() {
    assertThat(fired(1, _ -> Map.of("loss", Double.NaN))).containsExactly("0 not a number: loss");
    assertThat(fired(1, _ -> Map.of("gradient_norm", Double.POSITIVE_INFINITY)))
        .containsExactly("0 not a number: gradient_norm");
  }

  @Test
  void oneFirstRatioBesideOneIsEnough() {
    assertThat(fired(9, step -> with(step, "ratio_first", step == 5 ? Math.nextUp(1.0) : 1.0)))
        .containsExactly("5 first ratio is not 1: ratio_first");
  }

  @Test
  void klThatStaysNegativeFiresWhenTheWindowIsFull() {
    assertThat(fired(30, step -> with(step, "kl", -0.5)).getFirst())
        .isEqualTo("9 persistently negative KL: kl (mean of 10 steps)");
  }

  @Test
  void klThatIsNegativeOnlyNowAndThenIsNoise() {
    assertThat(fired(300, step -> with(step, "kl", step % 10 == 0 ? 0.01 : -0.4))).isEmpty();
    assertThat(fired(300, step -> with(step, "kl", -0.01))).isEmpty();
  }

  @Test
  void klThatRunsAwayFires() {
    assertThat(fired(80, step -> with(step, "kl", 5.0 * step)).getFirst())
        .isEqualTo("45 exploded KL: kl (mean of 10 steps)");
    assertThat(fired(300, step -> with(step, "kl", step % 9 == 0 ? 300.0 : 85.0))).isEmpty();
  }

  @Test
  void entropyThatCollapsesFires() {
    assertThat(fired(60, step -> with(step, "entropy", step < 20 ? 2.0 : 0.001)).getFirst())
        .startsWith("29 collapsed entropy: entropy");
  }

  @Test
  void entropyThatIsLowFromTheBeginningIsNoCollapse() {
    assertThat(fired(60, step -> with(step, "entropy", 0.01))).isEmpty();
  }

  @Test
  void noEndOfTextInAWholeWindowFires() {
    assertThat(fired(30, step -> with(step, "eos_rate", step < 3 ? 0.4 : 0.0)).getFirst())
        .startsWith("12 no end of text: eos_rate");
    assertThat(fired(99, step -> with(step, "eos_rate", step % 9 == 0 ? 0.02 : 0.0))).isEmpty();
  }

  @Test
  void lengthThatExplodesFires() {
    assertThat(fired(90, step -> with(step, "response_length", step < 40 ? 30.0 : 256.0)))
        .isNotEmpty()
        .first()
        .asString()
        .contains("exploding length: response_length");
    assertThat(fired(300, step -> with(step, "response_length", Math.min(90.0, 30.0 + step))))
        .isEmpty();
    assertThat(fired(300, step -> with(step, "response_length", step < 20 ? 2.0 : 30.0))).isEmpty();
  }

  @Test
  void aThresholdThatMakesNoSenseIsNamed() {
    assertThatThrownBy(() -> new HealthThresholds(10, 0.1, 200, 0.02, 4, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("health threshold negativeKl: expected below 0, found 0.1");
  }

  /// What fired, as "step gate: metric", over a run whose iterations measure `metrics`.
  private static List<String> fired(long steps, LongFunction<Map<String, Double>> metrics) {
    var history = new MetricsHistory();
    return LongStream.range(0, steps)
        .boxed()
        .flatMap(step -> {
          history.add(metrics.apply(step));
          return ALL.stream()
              .flatMap(gate ->
                  gate.check().find(history).stream()
                      .map(it -> step + " " + gate.name() + ": " + it.metric()));
        })
        .toList();
  }

  private static Map<String, Double> with(long step, String metric, double value) {
    var metrics = new HashMap<>(healthy(step, new Random(step)));
    metrics.put(metric, value);
    return metrics;
  }

  /// A run as published ones look: KL rises from exactly 0 to 20 nats with the noise of 16
  /// responses, entropy falls to a third, responses double.
  private static Map<String, Double> healthy(long step, Random random) {
    double kl = 20 * step / 300.0;
    double deviation = Math.sqrt(2 * kl / 16);
    return Map.of(
        "ratio_first",
        1.0,
        "kl",
        kl + deviation * random.nextGaussian(),
        "entropy",
        1.5 - step / 300.0 + 0.05 * random.nextGaussian(),
        "eos_rate",
        Math.clamp(0.6 + 0.2 * random.nextGaussian(), 0, 1),
        "response_length",
        40 + 40 * step / 300.0 + 4 * random.nextGaussian(),
        "loss",
        random.nextGaussian());
  }
}
