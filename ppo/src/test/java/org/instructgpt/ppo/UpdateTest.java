package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Learner;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.ppo.Rollout.Minibatch;
import org.instructgpt.ppo.Rollout.Part;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The gradients of one update, in double precision.
@ExtendWith(Scoped.class)
class UpdateTest {
  private static final double NUDGE = 1e-5;
  private final Settings settings = Toys.settings();
  private final Gpt policy = Toys.gpt(DType.FLOAT64, 0.3);
  private final ScalarModel network = Toys.scalar(DType.FLOAT64, 1.1);
  private final Rollout rollout = Toys.rollout(2);
  private final RolloutScores scores = scores();
  private final Advantages advantages = Advantages.of(rollout, scores, 0.05, settings);
  private final Minibatch minibatch = rollout.minibatches().get(1);

  /// As of a policy a good deal away from this one, so that the clips bite.
  private RolloutScores scores() {
    int n = rollout.tokens();
    var models =
        new PpoModels(
            policy,
            Toys.gpt(DType.FLOAT64, 0.9),
            batch -> Tensor.of(Toys.wave(batch.rows(), 1, 0.2), batch.rows()),
            network);
    var found = RolloutScores.of(models, rollout, 1);
    double[] old = plus(found.logProbs(), Toys.wave(n, 0.5, 0.8));
    double[] values = plus(found.values(), Toys.wave(n, 0.5, 1.8));
    return new RolloutScores(old, found.reference(), values, found.scores());
  }

  @Test
  void theGradientOfThePolicyIsTheSlopeOfThePlainLoopsLoss() {
    var pass = update(Optional.empty()).addPpoGradient(minibatch, scores, advantages).get();
    assertThat(pass.loss()).isCloseTo(ppoLoss(), within(1e-12));
    expectSlope(policy.parameters(), this::ppoLoss);
  }

  @Test
  void theGradientOfTheValuesIsTheSlopeOfThePlainLoopsLoss() {
    var pass =
        new ValueUpdate(network, learner(network.parameters()), settings)
            .addGradient(minibatch, scores, advantages)
            .get();
    assertThat(pass.loss()).isCloseTo(valueLoss(), within(1e-12));
    expectSlope(network.parameters(), this::valueLoss);
  }

  @Test
  void pretrainingAddsGammaTimesTheMeanLossOfTheText() {
    var update = update(Optional.of(pretraining()));
    update.addPpoGradient(minibatch, scores, advantages);
    var text = update.addPretrainingGradient(0).orElseThrow().get();
    assertThat(text.loss()).isCloseTo(textLoss(), within(1e-12));
    expectSlope(policy.parameters(), () -> ppoLoss() + 27.8 * textLoss());
  }

  @Test
  void theGradientIsTheSumOfBothTakenAlone() {
    var update = update(Optional.of(pretraining()));
    var gradient = policy.parameters().gradient();
    update.addPpoGradient(minibatch, scores, advantages);
    double[] ppo = gradient.doubles();
    policy.parameters().zeroGradient();
    double norm = update.addPretrainingGradient(0).orElseThrow().get().norm();
    double[] ptx = gradient.doubles();
    policy.parameters().zeroGradient();
    update.addPpoGradient(minibatch, scores, advantages);
    var second = update.addPretrainingGradient(0).orElseThrow().get();
    assertThat(second.norm()).isCloseTo(norm, within(1e-9));
    Expect.near(gradient.doubles(), plus(ppo, ptx), 1e-10);
    assertThat(norm).isCloseTo(norm(ptx), within(1e-9));
    assertThat(second.cosine(norm(ppo))).isCloseTo(dot(ppo, ptx) / norm(ppo) / norm, within(1e-9));
  }

  @Test
  void theCosineIsThatOfTheGradientsHoweverMuchSmallerOneIs() {
    // In float32, with the text's gradient a ten-thousandth of PPO's: the square of their sum has
    // no digit left that could tell the angle.
    var small = Toys.settings();
    var model = Toys.gpt(DType.FLOAT32, 0.3);
    var gradient = model.parameters().gradient();
    var update =
        new PolicyUpdate(model, learner(model.parameters()), Optional.of(pretraining()), small);
    update.addPretrainingGradient(0);
    var ptx = gradient.copy();
    double[] alone = ptx.doubles();
    var other = Tensor.of(Toys.wave(alone.length, 1, 0.7), alone.length).to(DType.FLOAT32);
    gradient.copy_(other.add_(ptx, 0.5 * other.norm().item() / ptx.norm().item()).mul_(1e4));
    double[] ppo = gradient.doubles();
    var second = update.addPretrainingGradient(0).orElseThrow().get();
    assertThat(second.cosine(norm(ppo)))
        .isCloseTo(dot(ppo, alone) / norm(ppo) / norm(alone), within(1e-5));
    Expect.near(gradient.doubles(), plus(ppo, alone), 1e-2);
  }

  @Test
  void anUpdateIsOneOptimizerStepWhoseMetricsHaveBothNorms() {
    var learner = learner(policy.parameters());
    var updateMetrics = new UpdateMetrics();
    new PolicyUpdate(policy, learner, Optional.of(pretraining()), settings)
        .apply(0, 0, minibatch, scores, advantages, updateMetrics, new PhaseTimer(() -> 0));
    var state = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
    learner.save(new java.util.HashMap<>(), state);
    assertThat(state.path("policy.optimizer_steps").asInt()).isEqualTo(1);
    assertThat(policy.parameters().gradient().norm().item()).isZero();
    assertThat(updateMetrics.result())
        .containsKeys("ptx_loss", "grad_norm_ppo", "grad_norm_ptx", "grad_cosine", "grad_norm");
  }

  @Test
  void oneMicroBatchOfFourIsFourOfOne() {
    update(Optional.empty()).addPpoGradient(minibatch, scores, advantages);
    double[] two = policy.parameters().gradient().doubles();
    for (int size : new int[] {1, 4}) {
      var same = sameRows(size);
      policy.parameters().zeroGradient();
      update(Optional.empty()).addPpoGradient(same, scores, advantages);
      Expect.near(policy.parameters().gradient().doubles(), two, 1e-12);
    }
  }

  /// The rows of the minibatch in parts of another size.
  private Minibatch sameRows(int size) {
    return Toys.rollout(size).minibatches().get(1);
  }

  private PtxGradients pretraining() {
    return new PtxGradients(Toys.corpus(8), settings, 5); // all eight windows at every update
  }

  private PolicyUpdate update(Optional<PtxGradients> pretraining) {
    return new PolicyUpdate(policy, learner(policy.parameters()), pretraining, settings);
  }

  private static Learner learner(Parameters parameters) {
    var adam = new AdamW.Settings(0.9, 0.95, 1e-5, 0, 1);
    return new Learner("policy", parameters, adam, Schedule.constant(1e-3));
  }

  // ---- The losses once more ----

  private double ppoLoss() {
    double sum = 0;
    for (var part : minibatch.parts()) {
      double[] now =
          Scope.constant(() -> RolloutScores.logProbs(policy, part.batch(), 1).doubles());
      sum +=
          total(
              part,
              (i, n) ->
                  Loops.policyLoss(now[i], scores.logProbs()[n], advantages.advantages()[n], 0.2));
    }
    return sum / minibatch.tokens().length();
  }

  private double valueLoss() {
    double sum = 0;
    for (var part : minibatch.parts()) {
      double[] now = Scope.constant(() -> network.values(part.batch()).doubles());
      sum +=
          total(
              part,
              (i, n) -> Loops.valueLoss(now[i], scores.values()[n], advantages.returns()[n], 0.2));
    }
    return sum / minibatch.tokens().length();
  }

  private double textLoss() {
    var corpus = Toys.corpus(8);
    var text = corpus.at(new int[] {0, 1, 2, 3, 4, 5, 6, 7}, Device.CPU);
    return Scope.constant(() ->
        -Arrays.stream(
                LogProbs.ofNext(policy, text.inputs(), text.targets(), Dropout.NONE).doubles())
            .average()
            .orElseThrow());
  }

  private interface TokenLoss {
    double at(int inPart, int inBatch);
  }

  private static double total(Part part, TokenLoss loss) {
    double sum = 0;
    for (int i = 0; i < part.tokens().length(); i++) {
      sum += loss.at(i, part.tokens().from() + i);
    }
    return sum;
  }

  /// Compares the collected gradient with differences of the loss along three directions.
  private static void expectSlope(Parameters parameters, DoubleSupplier loss) {
    double[] gradient = parameters.gradient().doubles();
    var flat = parameters.flat();
    for (double phase : new double[] {0.1, 1.2, 2.5}) {
      double[] direction = Toys.wave(gradient.length, 1, phase);
      // The gaps between parameters belong to nothing.
      var along = Tensor.of(direction, direction.length);
      var start = flat.copy();
      flat.add_(along, NUDGE);
      double above = loss.getAsDouble();
      flat.add_(along, -2 * NUDGE);
      double below = loss.getAsDouble();
      flat.copy_(start);
      double slope = (above - below) / (2 * NUDGE);
      assertThat(dot(gradient, direction))
          .isCloseTo(slope, within(1e-6 * Math.max(1, Math.abs(slope))));
    }
  }

  private static double[] plus(double[] a, double[] b) {
    var sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }
}
