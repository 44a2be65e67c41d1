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
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Prompt;
import org.instructgpt.simulation.Judgement.Priorities;
import org.instructgpt.statistics.Estimate;

/// True worth beside the reward model's score along the way of a policy, and for the best of n
/// answers: how far one can follow a reward model (Gao et al. 2022; paper.md 8.1).
///
/// @param workspace with the snapshots
/// @param people know the true worth
/// @param exams measure it
/// @param prompts that the policies answer
/// @param seed of the draws
record OveroptimizationCurves(
    Workspace workspace,
    SimulatedPeople people,
    CapabilitySuite exams,
    List<Prompt> prompts,
    long seed) {
  private static final int ANSWERS = 16;

  /// Worth, score and KL of the start and of each snapshot of a policy.
  Map<String, Estimate> along(String policy, String start) throws IOException {
    var found = new LinkedHashMap<String, Estimate>();
    var from = workspace.model(start);
    var reward = workspace.model("reward");
    found.putAll(exams.worth("curve/" + policy + "/000000", from, from, reward, prompts));
    for (var snapshot : snapshots(policy)) {
      var name = "curve/" + policy + "/" + snapshot.getFileName();
      found.putAll(exams.worth(name, snapshot, from, reward, prompts));
    }
    return found;
  }

  private List<Path> snapshots(String policy) throws IOException {
    try (var all = Files.list(workspace.snapshots(policy))) {
      return all.sorted().toList();
    }
  }

  /// Worth and score of the best of n answers of a policy.
  Map<String, Estimate> bestOf(String policy) throws IOException {
    var texts = new ArrayList<String>();
    prompts.forEach(prompt -> IntStream.range(0, ANSWERS).forEach(_ -> texts.add(prompt.text())));
    var author = exams.author();
    var written = author.answers(workspace.model(policy), texts, BatchGenerator.manner(seed));
    double[] proxy =
        author.rewards(
            workspace.model("reward"),
            texts,
            written.stream().map(BatchGenerator.Answer::tokens).toList());
    var samples = new ArrayList<List<Overoptimization.Sample>>();
    for (int p = 0; p < prompts.size(); p++) {
      var some = new ArrayList<Overoptimization.Sample>();
      for (int i = p * ANSWERS; i < (p + 1) * ANSWERS; i++) {
        double gold = people.worth(prompts.get(p), written.get(i).text(), Priorities.TRAINING);
        some.add(new Overoptimization.Sample(proxy[i], gold));
      }
      samples.add(some);
    }
    var found = new LinkedHashMap<String, Estimate>();
    for (var best : Overoptimization.bestOf(samples, List.of(1, 2, 4, 8, ANSWERS))) {
      var name = "best-of/%03d".formatted(best.n());
      found.put("kl/" + name, Measurements.exact(best.kl()));
      found.put("proxy/" + name, best.proxy());
      found.put("gold-worth/" + name, best.gold().clamp(0, 1));
    }
    return found;
  }
}
