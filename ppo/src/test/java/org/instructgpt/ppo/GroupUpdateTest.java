package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Learner;
import org.instructgpt.ppo.Settings.Advantage;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The gradients of an update of RLOO and of GRPO, in double precision.
@ExtendWith(Scoped.class)
class GroupUpdateTest {
  private static final double NUDGE = 1e-5;
  private static final double BETA = 0.3;
  private final Gpt policy = Toys.gpt(DType.FLOAT64, 0.3);
  private final Rollout rollout = Toys.rollout(2);

  /// As of a policy so far away from this one.
  private RolloutScores scores(double away) {
    var models =
        new PpoModels(
            policy,
            Toys.gpt(DType.FLOAT64, 0.9),
            batch -> Tensor.of(Toys.wave(batch.rows(), 1, 0.2), batch.rows()),
            null);
    var found = RolloutScores.of(models, rollout, 1);
    double[] shift = Toys.wave(rollout.tokens(), away, 0.8);
    double[] old =
        IntStream.range(0, shift.length).mapToDouble(n -> found.logProbs()[n] + shift[n]).toArray();
    return new RolloutScores(
        old, found.reference(), found.values(), Toys.wave(rollout.responses().size(), 2, 0.9));
  }

  private PolicyUpdate update(Settings settings) {
    var adam = new AdamW.Settings(0.9, 0.95, 1e-5, 0, 1);
    var learner = new Learner("policy", policy.parameters(), adam, Schedule.constant(1e-3));
    return new PolicyUpdate(policy, learner, Optional.empty(), settings);
  }

  @Test
  void theGradientOfGrpoIsTheSlopeOfThePlainLoopsLoss() {
    var settings = Toys.grouped(Advantage.GRPO);
    var scores = scores(0.5); // so that the clip bites
    var advantages = Advantages.of(rollout, scores, BETA, settings);
    var minibatch = rollout.minibatches().get(1);
    var pass = update(settings).addPpoGradient(minibatch, scores, advantages).get();
    DoubleSupplier loss =
        () -> {
          double[][] now = rows(now(minibatch), minibatch);
          double[][] weights = rows(advantages.advantages(), minibatch.tokens(), minibatch);
          return Loops.groupRelative(
              now,
              rows(scores.logProbs(), minibatch.tokens(), minibatch),
              rows(scores.reference(), minibatch.tokens(), minibatch),
              Arrays.stream(weights).mapToDouble(row -> row[0]).toArray(),
              0.2,
              BETA);
        };
    assertThat(pass.loss()).isCloseTo(loss.getAsDouble(), within(1e-12));
    expectSlope(loss);
  }

  @Test
  void theFirstGradientOfRlooIsThatOfReinforce() {
    // Where the policy is the one that sampled, the ratio's slope is that of the log-probability:
    // minus the sum over responses of A(i) grad log pi(y(i)), over the tokens of the minibatch.
    var settings = Toys.grouped(Advantage.RLOO);
    var scores = scores(0);
    var advantages = Advantages.of(rollout, scores, BETA, settings);
    var minibatch = rollout.minibatches().get(2);
    update(settings).addPpoGradient(minibatch, scores, advantages);
    double[][] weights = rows(advantages.advantages(), minibatch.tokens(), minibatch);
    expectSlope(() -> {
      double[][] now = rows(now(minibatch), minibatch);
      double sum = 0;
      for (int b = 0; b < now.length; b++) {
        sum -= weights[b][0] * Arrays.stream(now[b]).sum();
      }
      return sum / minibatch.tokens().length();
    });
  }

  @Test
  void theResultDoesNotDependOnTheSizeOfTheParts() {
    for (var kind : Advantage.values()) {
      var settings = Toys.grouped(kind);
      var scores = scores(0.5);
      var advantages = Advantages.of(rollout, scores, BETA, settings);
      double[] two = gradient(settings, rollout, scores, advantages);
      for (int size : new int[] {1, 4}) {
        Expect.near(gradient(settings, Toys.rollout(size), scores, advantages), two, 1e-12);
      }
    }
  }

  private double[] gradient(
      Settings settings, Rollout split, RolloutScores scores, Advantages advantages) {
    policy.parameters().zeroGradient();
    update(settings).addPpoGradient(split.minibatches().get(1), scores, advantages);
    return policy.parameters().gradient().doubles();
  }

  @Test
  void thePenaltyOfTheLossIsZeroWhereBothAgreeAndItsSlopeToo() {
    double[] same = Toys.wave(50, 2, 0.3);
    var logProbs = Tensor.of(same, 50).requireGradient(true);
    var kl = Losses.kl(logProbs, Tensor.of(same, 50));
    kl.sum().backward();
    double[] slope = Objects.requireNonNull(logProbs.gradient()).doubles();
    assertThat(Arrays.stream(kl.doubles())).allMatch(each -> each == 0);
    assertThat(Arrays.stream(slope)).allMatch(each -> each == 0);
  }

  @Test
  void thePenaltyOfTheLossIsNeverNegativeAndItsMeanIsTheKl() {
    // Two tokens, policy 0.8 and 0.2, reference 0.5 each. KL = 0.8 log 1.6 + 0.2 log 0.4 =
    // 0.192745.
    double[] policy = {Math.log(0.8), Math.log(0.2)};
    double half = Math.log(0.5);
    double[] kl =
        Losses.kl(Tensor.of(policy, 2), Tensor.of(new double[] {half, half}, 2)).doubles();
    assertThat(kl[0]).isPositive();
    assertThat(kl[1]).isPositive();
    assertThat(0.8 * kl[0] + 0.2 * kl[1]).isCloseTo(0.192745, within(1e-6));
  }

  // ---- Rows of a minibatch ----

  private double[] now(Rollout.Minibatch minibatch) {
    return Scope.constant(() ->
        minibatch.parts().stream()
            .flatMapToDouble(
                part -> Arrays.stream(RolloutScores.logProbs(policy, part.batch(), 1).doubles()))
            .toArray());
  }

  private static double[][] rows(double[] ofMinibatch, Rollout.Minibatch minibatch) {
    int[] lengths =
        minibatch.parts().stream()
            .flatMapToInt(part -> Arrays.stream(part.batch().responseLengths()))
            .toArray();
    return Loops.rows(ofMinibatch, lengths);
  }

  private static double[][] rows(double[] ofBatch, IndexRange tokens, Rollout.Minibatch minibatch) {
    return rows(tokens.of(ofBatch), minibatch);
  }

  /// Compares the collected gradient with differences of the loss along three directions.
  private void expectSlope(DoubleSupplier loss) {
    double[] gradient = policy.parameters().gradient().doubles();
    var flat = policy.parameters().flat();
    for (double phase : new double[] {0.1, 1.2, 2.5}) {
      double[] direction = Toys.wave(gradient.length, 1, phase);
      var along = Tensor.of(direction, direction.length);
      var start = flat.copy();
      flat.add_(along, NUDGE);
      double above = loss.getAsDouble();
      flat.add_(along, -2 * NUDGE);
      double below = loss.getAsDouble();
      flat.copy_(start);
      double slope = (above - below) / (2 * NUDGE);
      double product =
          IntStream.range(0, gradient.length).mapToDouble(i -> gradient[i] * direction[i]).sum();
      assertThat(Math.abs(slope)).isGreaterThan(1e-3);
      assertThat(product).isCloseTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
    }
  }
}
