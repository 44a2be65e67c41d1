package org.instructgpt.model;

import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.instructgpt.model.HealthGate.Check;
import org.instructgpt.model.HealthGate.Finding;

/// The health gates that every run can have. Their causes and remedies are what users of other
/// trainers ran into (docs/specification.md 7.11).
///
/// PPO's gates read these metrics of an iteration; one that is not reported is not watched.
public final class HealthGates {
  /// The probability ratio of the first minibatch, before any update: 1 to the bit.
  public static final String RATIO_FIRST = "ratio_first";

  /// The KL to the reference, summed over a response, averaged over responses; nats.
  public static final String KL = "kl";

  /// The entropy of the policy, averaged over response tokens; nats.
  public static final String ENTROPY = "entropy";

  /// The share of responses that ended themselves, 0 to 1.
  public static final String EOS_RATE = "eos_rate";

  /// The mean response length; tokens.
  public static final String RESPONSE_LENGTH = "response_length";

  private HealthGates() {}

  /// The gate of every trainer: no metric is not-a-number or infinite.
  public static HealthGate finite() {
    return new HealthGate(
        "not a number",
        history ->
            history.latest().entrySet().stream()
                .filter(metric -> !Double.isFinite(metric.getValue()))
                .findFirst()
                .map(metric -> new Finding(metric.getKey(), metric.getValue(), "a finite number")),
        "The optimization diverged (learning rate too high, no warm-up or no gradient clipping), or"
            + " the starting weights or the data hold such values.",
        "Lower the learning rate or lengthen the warm-up, clip gradients, look at the metrics of the"
            + " steps before, and try float32 if this was bfloat16.");
  }

  /// PPO's own gates.
  public static List<HealthGate> ppo() {
    return ppo(HealthThresholds.DEFAULT);
  }

  static List<HealthGate> ppo(HealthThresholds thresholds) {
    return List.of(
        firstRatio(),
        negativeKl(thresholds),
        explodedKl(thresholds),
        collapsedEntropy(thresholds),
        noEndOfText(thresholds),
        explodingLength(thresholds));
  }

  private static HealthGate firstRatio() {
    return new HealthGate(
        "first ratio is not 1",
        last(RATIO_FIRST, 1, ratio -> ratio != 1, "exactly 1, as nothing was updated yet"),
        "The log-probs of the rollout and of the update do not come from the same computation: other"
            + " temperature, padding, batch layout, precision or dropout, or the weights changed in"
            + " between.",
        "Compute both by one code path with dropout off; this is a bug, not a setting.");
  }

  private static HealthGate negativeKl(HealthThresholds limits) {
    return new HealthGate(
        "persistently negative KL",
        history -> {
          List<Double> recent = history.last(KL, limits.window());
          boolean allBelow = recent.stream().allMatch(kl -> kl < 0);
          return recent.size() == limits.window() && allBelow && mean(recent) < limits.negativeKl()
              ? finding(KL, recent, "0 or more, but for noise")
              : Optional.empty();
        },
        "The responses were not sampled from the distribution whose log-probs are taken: top-k,"
            + " top-p, another temperature or a suppressed end of text while sampling, or padding"
            + " counted as response.",
        "Sample plainly at the temperature that the log-probs use, and check the response mask.");
  }

  private static HealthGate explodedKl(HealthThresholds limits) {
    return new HealthGate(
        "exploded KL",
        meanOfLast(
            KL,
            limits.window(),
            kl -> kl > limits.highestKl(),
            "at most " + limits.highestKl() + " nats a response"),
        "The policy has left the reference: the KL penalty is too weak or the learning rate too high,"
            + " and the reward model is asked about text it never saw.",
        "Raise the KL coefficient or lower the policy's learning rate, and go on from an earlier"
            + " model.");
  }

  private static HealthGate collapsedEntropy(HealthThresholds limits) {
    return new HealthGate(
        "collapsed entropy",
        history -> {
          List<Double> begin = history.first(ENTROPY, limits.window());
          List<Double> recent = history.last(ENTROPY, limits.window());
          double floor = Math.min(limits.lowestEntropy(), mean(begin) / 5);
          return recent.size() == limits.window() && mean(recent) < floor
              ? finding(ENTROPY, recent, "at least %.3g nats a token".formatted(floor))
              : Optional.empty();
        },
        "The policy gives one output for everything: the reward model likes a phrase, the learning"
            + " rate is too high, or the KL penalty too weak.",
        "Read the samples with the highest reward, raise the KL coefficient or lower the learning"
            + " rate, and go on from an earlier model.");
  }

  private static HealthGate noEndOfText(HealthThresholds limits) {
    return new HealthGate(
        "no end of text",
        meanOfLast(
            EOS_RATE, limits.window(), rate -> rate == 0, "some responses that end themselves"),
        "The policy never ends a response: the supervised policy did not learn to (demonstrations"
            + " without end of text, or end of text masked out as padding), or the response limit is"
            + " too short for its answers.",
        "Check that the demonstrations end with the end-of-text token and that the pad token is"
            + " another one; raise the response limit.");
  }

  private static HealthGate explodingLength(HealthThresholds limits) {
    return new HealthGate(
        "exploding length",
        history -> {
          List<Double> begin = history.first(RESPONSE_LENGTH, limits.window());
          List<Double> recent = history.last(RESPONSE_LENGTH, limits.window());
          double ceiling =
              Math.max(limits.lengthGrowth() * mean(begin), mean(begin) + limits.lengthSlack());
          return recent.size() == limits.window() && mean(recent) > ceiling
              ? finding(RESPONSE_LENGTH, recent, "at most %.0f tokens".formatted(ceiling))
              : Optional.empty();
        },
        "The reward model pays for length, or the policy unlearned to end its responses.",
        "Look at the correlation of reward and length, penalise responses without an end of text, or"
            + " lower the response limit.");
  }

  private static Check last(String metric, int n, DoublePredicate bad, String expected) {
    return history -> {
      List<Double> recent = history.last(metric, n);
      return recent.size() == n && recent.stream().allMatch(bad::test)
          ? finding(metric, recent, expected)
          : Optional.empty();
    };
  }

  private static Check meanOfLast(String metric, int n, DoublePredicate bad, String expected) {
    return history -> {
      List<Double> recent = history.last(metric, n);
      return recent.size() == n && bad.test(mean(recent))
          ? finding(metric, recent, expected)
          : Optional.empty();
    };
  }

  private static Optional<Finding> finding(String metric, List<Double> recent, String expected) {
    String name = recent.size() == 1 ? metric : metric + " (mean of " + recent.size() + " steps)";
    return Optional.of(new Finding(name, mean(recent), expected));
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }
}
