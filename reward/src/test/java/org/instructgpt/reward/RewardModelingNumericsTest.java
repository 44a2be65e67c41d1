package org.instructgpt.reward;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.model.Sequences;
import org.instructgpt.reward.RankingLoss.Comparisons;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The whole of a step against independent arithmetic in double precision: every completion alone,
/// the loss and its gradient as loops, and the optimizer as loops.
@Tag("slow")
class RewardModelingNumericsTest {
  private final Scope scope = Scope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  private static List<double[]> alone(ScalarModel model, List<TokenizedRanking> rankings) {
    var rewards = new ArrayList<double[]>();
    for (var ranked : rankings) {
      rewards.add(
          ranked.rows().stream()
              .mapToDouble(row -> SequenceScorer.longestFirst(1).rewards(model, List.of(row))[0])
              .toArray());
    }
    return rewards;
  }

  private static List<int[]> ranks(List<TokenizedRanking> rankings) {
    return rankings.stream()
        .map(ranked -> ranked.ranks().stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  @Test
  void theGradientOfEveryParameterIsTheSlopeOfTheLoss() {
    var model = Toys.model(DType.FLOAT64, 1);
    var rankings = Toys.rankings(4, 5).stream().filter(TokenizedRanking::hasPairs).toList();
    var rows = new MicroBatch(JudgedPrompt.of(rankings), List.of()).rows();
    var rewards = model.rewards(Sequences.of(rows, Device.CPU));
    RankingLoss.of(rewards, Comparisons.of(JudgedPrompt.of(rankings), rankings.size())).backward();
    var random = new Random(1);

    model
        .parameters()
        .byName()
        .forEach((name, parameter) -> {
          double[] gradient = requireNonNull(parameter.gradient()).doubles();
          var flat = Scope.constant(() -> parameter.detach().view(-1));
          for (int n = 0; n < 3; n++) {
            int i = random.nextInt(gradient.length);
            double slope = slope(model, rankings, flat.narrow(0, i, 1));
            assertThat(gradient[i]).as(name).isCloseTo(slope, within(1e-9));
          }
        });
    assertThat(model.parameters().gradient().norm().item()).isGreaterThan(0.1);
  }

  /// The five-point formula, whose error is of the fourth order.
  private static double slope(ScalarModel model, List<TokenizedRanking> rankings, Tensor entry) {
    double h = 5e-5;
    double at = entry.item();
    DoubleUnaryOperator loss =
        distance -> {
          entry.fill_(at + distance);
          return LoopLoss.loss(alone(model, rankings), ranks(rankings));
        };
    double near = loss.applyAsDouble(h) - loss.applyAsDouble(-h);
    double far = loss.applyAsDouble(2 * h) - loss.applyAsDouble(-2 * h);
    entry.fill_(at);
    return (8 * near - far) / (12 * h);
  }

  @Test
  void tenStepsAreThoseOfPlainLoops() {
    var settings = new RewardModeling.Settings(1, 6, 1e-2, 0.1, 3, 0.1, 0.2, 7, 120);
    var rankings =
        Toys.rankings(80, 6).stream().filter(TokenizedRanking::hasPairs).limit(60).toList();
    var model = Toys.model(DType.FLOAT64, 1);
    var trainer = Toys.trainer(model, rankings, settings);
    var loops = new Loops(Toys.model(DType.FLOAT64, 1));
    double[] start = model.parameters().flat().doubles();
    assertThat(trainer.steps()).isEqualTo(10);

    for (int step = 0; step < 10; step++) {
      var batch = trainer.batch(step);
      var metrics = trainer.step(step);
      double cosine = 1e-2 * (0.1 + 0.9 * 0.5 * (1 + Math.cos(Math.PI * step / 9)));
      double rate = step < 3 ? cosine * (1.0 / 3 + 2.0 / 3 * step / 3) : cosine;
      double loss =
          loops.step(batch.stream().flatMap(judged -> judged.rankings().stream()).toList(), rate);
      assertThat(metrics.get("loss")).isCloseTo(loss, within(1e-9));
      assertThat(metrics.get("learning_rate")).isCloseTo(rate, within(1e-15));
      assertThat(metrics.get("gradient_norm")).isCloseTo(loops.norm, within(1e-8));
    }

    double[] trained = model.parameters().flat().doubles();
    assertThat(trained).containsExactly(loops.parameters, within(1e-8));
    double moved = 0;
    for (int i = 0; i < start.length; i++) {
      moved = Math.max(moved, Math.abs(trained[i] - start[i]));
    }
    assertThat(moved).isGreaterThan(1e-2);
  }

  /// Reward modelling as loops: only the network's own derivative is borrowed, which the test above
  /// holds against slopes.
  private static final class Loops {
    private static final double CLIP = 0.2;
    private static final double DECAY = 0.1;

    private final ScalarModel model;
    private final double[] parameters;
    private final double[] mean;
    private final double[] square;
    private int steps;
    private double norm;

    Loops(ScalarModel model) {
      this.model = model;
      parameters = model.parameters().flat().doubles();
      mean = new double[parameters.length];
      square = new double[parameters.length];
    }

    double step(List<TokenizedRanking> batch, double rate) {
      var rewards = alone(model, batch);
      double[][] by = LoopLoss.gradient(rewards, ranks(batch));
      model.parameters().zeroGradient();
      for (int p = 0; p < batch.size(); p++) {
        for (int i = 0; i < by[p].length; i++) {
          accumulate(batch.get(p), i, by[p][i]);
        }
      }
      model.parameters().get("score.bias").gradient().zero_();
      adam(model.parameters().gradient().doubles(), rate);
      Scope.constant(() -> model.parameters().flat().copy_(Tensor.of(parameters)));
      return LoopLoss.loss(rewards, ranks(batch));
    }

    private void accumulate(TokenizedRanking ranked, int completion, double weight) {
      var row = Sequences.of(List.of(ranked.rows().get(completion)), Device.CPU);
      model.rewards(row).backward(Tensor.of(new double[] {weight}));
    }

    private void adam(double[] gradient, double rate) {
      double squares = 0;
      for (double g : gradient) {
        squares += g * g;
      }
      norm = Math.sqrt(squares);
      steps++;
      for (int i = 0; i < gradient.length; i++) {
        double g = gradient[i] * Math.min(1, CLIP / norm);
        mean[i] = 0.9 * mean[i] + 0.1 * g;
        square[i] = 0.95 * square[i] + 0.05 * g * g;
        double m = mean[i] / (1 - Math.pow(0.9, steps));
        double v = square[i] / (1 - Math.pow(0.95, steps));
        double decay = i < model.parameters().decayed() ? DECAY : 0;
        parameters[i] -= rate * (m / (Math.sqrt(v) + 1e-8) + decay * parameters[i]);
      }
    }
  }
}
