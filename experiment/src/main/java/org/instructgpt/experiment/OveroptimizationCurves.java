package org.instructgpt.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.instructgpt.eval.Overoptimization;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Prompt;
import org.instructgpt.simulation.Judgement.Priorities;
import org.instructgpt.statistics.Estimate;

/// Measures over-optimization: the true utility of answers against their reward and KL divergence,
/// along the training of a policy and for best-of-n sampling (Gao et al. 2022;
/// `docs/specification.md` 8.3).
///
/// @param workspace with the snapshots
/// @param people know the true utility
/// @param capabilities measure policies
/// @param prompts that the policies answer
/// @param seed of the draws
record OveroptimizationCurves(
    Workspace workspace,
    SimulatedPeople people,
    CapabilitySuite capabilities,
    List<Prompt> prompts,
    long seed) {
  private static final int ANSWERS = 16;

  /// Utility, reward and KL divergence of the start and of each snapshot of a policy.
  Map<MeasureKey, Estimate> along(ModelName policy, ModelName start) throws IOException {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    var from = workspace.model(start.stored());
    var reward = workspace.model("reward");
    var first = new MeasuredModel.Snapshot(policy, MeasuredModel.Snapshot.START);
    found.putAll(capabilities.policy(first, from, from, reward, prompts));
    for (var snapshot : snapshots(policy)) {
      var model = new MeasuredModel.Snapshot(policy, "" + snapshot.getFileName());
      found.putAll(capabilities.policy(model, snapshot, from, reward, prompts));
    }
    return found;
  }

  private List<Path> snapshots(ModelName policy) throws IOException {
    try (var all = Files.list(workspace.snapshots(policy.stored()))) {
      return all.sorted().toList();
    }
  }

  /// Utility and reward of the best of n answers of a policy.
  Map<MeasureKey, Estimate> bestOf(ModelName policy) throws IOException {
    var texts = new ArrayList<String>();
    prompts.forEach(prompt -> IntStream.range(0, ANSWERS).forEach(_ -> texts.add(prompt.text())));
    var generator = capabilities.generator();
    var written =
        generator.answers(workspace.model(policy.stored()), texts, BatchGenerator.sampling(seed));
    double[] proxy =
        generator.rewards(
            workspace.model("reward"),
            texts,
            written.stream().map(BatchGenerator.Answer::tokens).toList());
    var samples = new ArrayList<List<Overoptimization.Sample>>();
    for (int p = 0; p < prompts.size(); p++) {
      var some = new ArrayList<Overoptimization.Sample>();
      for (int i = p * ANSWERS; i < (p + 1) * ANSWERS; i++) {
        double gold = people.utility(prompts.get(p), written.get(i).text(), Priorities.TRAINING);
        some.add(new Overoptimization.Sample(proxy[i], gold));
      }
      samples.add(some);
    }
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    for (var best : Overoptimization.bestOf(samples, List.of(1, 2, 4, 8, ANSWERS))) {
      var model = new MeasuredModel.BestOf(best.n());
      found.put(ModelMeasure.KL.of(model), Measurements.exact(best.kl()));
      found.put(ModelMeasure.PROXY.of(model), best.proxy());
      found.put(ModelMeasure.GOLD_WORTH.of(model), best.gold().clamp(0, 1));
    }
    return found;
  }
}
