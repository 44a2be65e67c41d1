package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.Sequences;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Scoped;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Two whole iterations of PPO-ptx against a second implementation: rows go through the networks
/// one at a time, all else is plain loops in double precision, Adam and the average included. Only
/// what was sampled, and how it was split, is taken over: the reward sees it.
@ExtendWith(Scoped.class)
class GoldenIterationTest {
  private static final int MINIBATCH = 4;
  private final Settings settings = Toys.settings();
  private final Gpt policy = Toys.gpt(DType.FLOAT64, 0.3);
  private final Gpt reference = Toys.gpt(DType.FLOAT64, 0.5);
  private final ScalarModel value = Toys.scalar(DType.FLOAT64, 1.1);
  private final Loops.Adam policyAdam = new Loops.Adam((int) policy.parameters().flat().count());
  private final Loops.Adam valueAdam = new Loops.Adam((int) value.parameters().flat().count());
  private final double[] average = policy.parameters().flat().doubles();

  @Test
  void twoIterationsAreThoseOfPlainLoops() {
    List<int[][]> seen = new ArrayList<>(); // prompt and response of each row, in order
    ResponseScorer watched =
        batch -> {
          seen.addAll(rows(batch));
          return Toys.share(batch);
        };
    var theirs = Toys.gpt(DType.FLOAT64, 0.3);
    var theirValue = Toys.scalar(DType.FLOAT64, 1.1);
    var models = new PpoModels(theirs, Toys.gpt(DType.FLOAT64, 0.5), watched, theirValue);
    var ppo = new Ppo(models, Toys.data(), settings, Toys.LINEAGE, () -> 0);
    for (int iteration = 0; iteration < 2; iteration++) {
      seen.clear();
      var metrics = ppo.step(iteration);
      assertThat(seen).hasSize(16);
      double kl = iterate(iteration, seen);
      assertThat(metrics.get("kl")).isCloseTo(kl, within(1e-9));
      Expect.near(theirs.parameters().flat().doubles(), policy.parameters().flat().doubles(), 1e-8);
      Expect.near(
          theirValue.parameters().flat().doubles(), value.parameters().flat().doubles(), 1e-8);
      var theirAverage = Objects.requireNonNull(ppo.state().tensors().get("policy.average"));
      Expect.near(theirAverage.doubles(), average, 1e-8);
    }
  }

  /// One iteration; returns the KL.
  private double iterate(int iteration, List<int[][]> rows) {
    int count = rows.size();
    var old = new double[count][];
    var ref = new double[count][];
    var values = new double[count][];
    var scores = new double[count];
    double kl = 0;
    for (int b = 0; b < count; b++) {
      var row = sequence(rows.get(b));
      old[b] = logProbs(policy, row).doubles();
      ref[b] = logProbs(reference, row).doubles();
      values[b] = value.values(row).doubles();
      scores[b] = Toys.share(row).item();
      kl += (Arrays.stream(old[b]).sum() - Arrays.stream(ref[b]).sum()) / count;
    }
    var rewards = Loops.rewards(old, ref, scores, 0.05);
    var advantages = Loops.gae(rewards, values, 0.95);
    var returns = new double[count][];
    for (int b = 0; b < count; b++) {
      returns[b] = advantages[b].clone();
      for (int t = 0; t < returns[b].length; t++) {
        returns[b][t] += values[b][t];
      }
    }
    for (int from = 0; from < count; from += MINIBATCH) {
      Loops.whiten(advantages, from, from + MINIBATCH, false);
    }
    double warm = 0.1 + 0.9 * iteration / 3;
    for (int from = 0; from < count; from += MINIBATCH) {
      var some = rows.subList(from, from + MINIBATCH);
      int to = from + MINIBATCH;
      learnPolicy(
          some,
          Arrays.copyOfRange(old, from, to),
          Arrays.copyOfRange(advantages, from, to),
          2e-3 * warm);
      learnValue(
          some,
          Arrays.copyOfRange(values, from, to),
          Arrays.copyOfRange(returns, from, to),
          3e-3 * warm);
    }
    return kl;
  }

  private void learnPolicy(List<int[][]> rows, double[][] old, double[][] advantages, double rate) {
    policy.parameters().zeroGradient();
    int tokens = Arrays.stream(old).mapToInt(row -> row.length).sum();
    for (int b = 0; b < rows.size(); b++) {
      var logProbs = logProbs(policy, sequence(rows.get(b)));
      double[] now = logProbs.doubles();
      var slope = new double[now.length];
      for (int t = 0; t < slope.length; t++) {
        slope[t] = Loops.policySlope(now[t], old[b][t], advantages[b][t], 0.2) / tokens;
      }
      logProbs.backward(Tensor.of(slope, slope.length));
    }
    var text = Toys.corpus(8).at(new int[] {0, 1, 2, 3, 4, 5, 6, 7}, Device.CPU);
    LogProbs.ofNext(policy, text.inputs(), text.targets(), Dropout.NONE)
        .mean()
        .mul(-27.8)
        .backward();
    step(policyAdam, policy.parameters(), rate);
    double[] now = policy.parameters().flat().doubles();
    for (int i = 0; i < average.length; i++) {
      average[i] = 0.9 * average[i] + 0.1 * now[i];
    }
  }

  private void learnValue(List<int[][]> rows, double[][] old, double[][] returns, double rate) {
    value.parameters().zeroGradient();
    int tokens = Arrays.stream(old).mapToInt(row -> row.length).sum();
    for (int b = 0; b < rows.size(); b++) {
      var values = value.values(sequence(rows.get(b)));
      double[] now = values.doubles();
      var slope = new double[now.length];
      for (int t = 0; t < slope.length; t++) {
        slope[t] = Loops.valueSlope(now[t], old[b][t], returns[b][t], 0.2) / tokens;
      }
      values.backward(Tensor.of(slope, slope.length));
    }
    step(valueAdam, value.parameters(), rate);
  }

  private static void step(Loops.Adam adam, Parameters parameters, double rate) {
    double[] p = parameters.flat().doubles();
    adam.step(p, parameters.gradient().doubles(), rate, 1);
    parameters.flat().copy_(Tensor.of(p, p.length));
  }

  private static Tensor logProbs(Gpt model, Sequences row) {
    var hidden = model.hidden(row, Dropout.NONE);
    var logits = model.logits(hidden).logSoftmax(1).indexSelect(0, row.predictors());
    return logits.gather(1, row.responses().unsqueeze(1)).squeeze(1);
  }

  private static Sequences sequence(int[][] row) {
    return Sequences.of(List.of(row[0]), List.of(row[1]), Device.CPU);
  }

  private static List<int[][]> rows(Sequences batch) {
    var rows = new ArrayList<int[][]>();
    for (int b = 0; b < batch.rows(); b++) {
      int[] all = batch.row(b);
      int prompt = batch.prompts()[b];
      rows.add(
          new int[][] {
            Arrays.copyOf(all, prompt), Arrays.copyOfRange(all, prompt, batch.lengths()[b])
          });
    }
    return rows;
  }
}
