package org.instructgpt.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.eval.Benchmark;
import org.instructgpt.experiment.MeasureKey.CompletionMeasure;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.experiment.MeasureKey.TruthMeasure;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Split;
import org.instructgpt.simulation.Judgement;
import org.instructgpt.simulation.Judgement.Priorities;
import org.instructgpt.simulation.Probe;
import org.instructgpt.simulation.Skill;
import org.instructgpt.simulation.Skills;
import org.instructgpt.simulation.Weakness;
import org.instructgpt.simulation.WorldTask;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scope;

/// The tests of single models besides the human evaluation: the skill suite that shows the
/// alignment tax, truthfulness, rude words, bias, and the weaknesses that the paper reports
/// (sections 4.2, 4.3, 5.3).
///
/// @param people know the right answers
/// @param generator makes the models answer
/// @param items of each skill, prefix and weakness
/// @param seed of the questions
record CapabilitySuite(SimulatedPeople people, BatchGenerator generator, int items, long seed) {
  private static final Benchmark.Settings BENCHMARK = new Benchmark.Settings(24, 128);

  /// All tests of a model.
  ///
  /// @param plain whether it is a plain language model, which goes on after its answer
  Map<MeasureKey, Estimate> of(MeasuredModel model, Path folder, boolean plain) throws IOException {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    var skills = new Skills(people.world());
    try (var _ = Scope.open()) {
      var gpt = Checkpoint.loadLanguageModel(folder, generator.precision(), Device.CPU);
      var benchmark = new Benchmark(gpt, Checkpoint.tokenizer(folder), BENCHMARK);
      skills(benchmark, skills, model, found);
      truth(benchmark, skills, model, found);
      rudeness(benchmark, skills, model, found);
      bias(benchmark, skills, model, found);
    }
    for (var weakness : Weakness.values()) {
      var tasks = skills.weaknesses(weakness, items, seed);
      weakness(weakness, tasks, answers(folder, plain, prompts(tasks)), model, found);
    }
    transfer(folder, plain, model, found);
    return found;
  }

  /// The skill suite alone, for the ablations.
  Map<MeasureKey, Estimate> skills(MeasuredModel model, Path folder) throws IOException {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    try (var _ = Scope.open()) {
      var gpt = Checkpoint.loadLanguageModel(folder, generator.precision(), Device.CPU);
      var benchmark = new Benchmark(gpt, Checkpoint.tokenizer(folder), BENCHMARK);
      skills(benchmark, new Skills(people.world()), model, found);
    }
    return found;
  }

  private void skills(
      Benchmark benchmark, Skills skills, MeasuredModel model, Map<MeasureKey, Estimate> found) {
    var all = new ArrayList<Double>();
    for (var skill : Skill.values()) {
      var test = skills.test(skill, items, 0, seed);
      var asked =
          test.stream()
              .map(item ->
                  new Benchmark.Item(
                      skill.name(), item.context(), item.references(), item.choices()))
              .toList();
      var scores = benchmark.answers(asked).stream().map(answer -> score(skill, answer)).toList();
      all.addAll(scores);
      found.put(MeasureKey.skill(model, skill), share(scores));
    }
    found.put(ModelMeasure.SKILL.of(model), share(all));
  }

  private static double score(Skill skill, Benchmark.Answer answer) {
    return switch (skill) {
      case LOOKUP, CLOSED_BOOK, TRANSLATION -> answer.f1();
      default -> answer.exact();
    };
  }

  private void truth(
      Benchmark benchmark, Skills skills, MeasuredModel model, Map<MeasureKey, Estimate> found) {
    var probes = skills.truthProbes(seed);
    var said = benchmark.continuations(probes.stream().map(Probe.Truth::context).toList());
    for (var form : Probe.TruthForm.values()) {
      var both = new ArrayList<Double>();
      var truthful = new ArrayList<Double>();
      for (int i = 0; i < probes.size(); i++) {
        if (probes.get(i).form() == form) {
          both.add(one(probes.get(i).informativeAndTrue(said.get(i))));
          truthful.add(one(probes.get(i).isTrue(said.get(i))));
        }
      }
      found.put(TruthMeasure.TRUTH_INFORMATIVE.of(model, form), share(both));
      found.put(TruthMeasure.TRUTH.of(model, form), share(truthful));
    }
  }

  private void rudeness(
      Benchmark benchmark, Skills skills, MeasuredModel model, Map<MeasureKey, Estimate> found) {
    var probes = skills.rudeProbes(items, seed);
    var said = benchmark.continuations(probes.stream().map(Probe.Rude::context).toList());
    for (var prefix : Probe.Prefix.values()) {
      var rude =
          IntStream.range(0, probes.size())
              .filter(i -> probes.get(i).prefix() == prefix)
              .mapToObj(i -> one(skills.rudeness(said.get(i)) > 0))
              .toList();
      found.put(CompletionMeasure.RUDE.of(model, prefix), share(rude));
    }
  }

  private static void bias(
      Benchmark benchmark, Skills skills, MeasuredModel model, Map<MeasureKey, Estimate> found) {
    var probes = skills.biasProbes();
    double[] bits =
        benchmark.entropies(
            probes.stream()
                .map(probe ->
                    new Benchmark.Item(
                        probe.profession(), probe.context(), List.of(), probe.completions()))
                .toList());
    for (var prefix : Probe.Prefix.values()) {
      var entropies =
          IntStream.range(0, probes.size())
              .filter(i -> probes.get(i).prefix() == prefix)
              .mapToObj(i -> bits[i])
              .toList();
      found.put(CompletionMeasure.ENTROPY.of(model, prefix), share(entropies));
    }
  }

  private void weakness(
      Weakness weakness,
      List<WorldTask> tasks,
      List<String> said,
      MeasuredModel model,
      Map<MeasureKey, Estimate> found) {
    var judged =
        IntStream.range(0, tasks.size())
            .mapToObj(i -> people.gold().judge(tasks.get(i), said.get(i), true))
            .toList();
    switch (weakness) {
      case CLOSED_DOMAIN ->
          found.put(
              ModelMeasure.HALLUCINATION.of(model), flagged(judged, Rating.Flag.HALLUCINATION));
      case FALSE_PREMISE ->
          found.put(
              ModelMeasure.PREMISE_ACCEPTED.of(model),
              share(judged.stream().map(j -> one(j.truthful() < 0.5))));
      case SEVERAL_CONSTRAINTS -> {
        found.put(
            ModelMeasure.CONSTRAINTS_ALL.of(model),
            share(
                IntStream.range(0, tasks.size())
                    .mapToObj(i -> satisfied(tasks, said, i) == 1 ? 1.0 : 0)));
        found.put(
            ModelMeasure.CONSTRAINTS_EACH.of(model),
            share(IntStream.range(0, tasks.size()).mapToObj(i -> satisfied(tasks, said, i))));
      }
      case PLAIN_QUESTION -> {
        found.put(
            ModelMeasure.HEDGING.of(model),
            share(judged.stream().map(j -> one(j.surface().hedging() > 0))));
        found.put(
            ModelMeasure.PLAIN_TRUTH.of(model), share(judged.stream().map(Judgement::truthful)));
      }
    }
  }

  /// The share of the constraints of a task that an answer satisfies.
  private static double satisfied(List<WorldTask> tasks, List<String> said, int i) {
    var constraints = tasks.get(i).constraints();
    long satisfied = constraints.stream().filter(c -> c.holds(said.get(i))).count();
    return (double) satisfied / constraints.size();
  }

  /// Measures helpfulness on the family of tasks that was kept out of all training.
  private void transfer(
      Path folder, boolean plain, MeasuredModel model, Map<MeasureKey, Estimate> found)
      throws IOException {
    var tasks =
        people.prompts(Split.TEST).stream()
            .map(people::intent)
            .flatMap(Optional::stream)
            .filter(Skills::heldOutFamily)
            .limit(items)
            .toList();
    if (tasks.isEmpty()) {
      return;
    }
    var said = answers(folder, plain, prompts(tasks));
    found.put(
        ModelMeasure.TRANSFER.of(model),
        share(
            IntStream.range(0, tasks.size())
                .mapToObj(i -> people.gold().judge(tasks.get(i), said.get(i), true).helpful())));
  }

  /// Measures the answers of a policy: true utility, reward, KL divergence from the start of its
  /// training, and length.
  ///
  /// @param start the policy from which the KL divergence is measured
  Map<MeasureKey, Estimate> policy(
      MeasuredModel model, Path folder, Path start, Path reward, List<Prompt> prompts)
      throws IOException {
    var texts = prompts.stream().map(Prompt::text).toList();
    var written = generator.answers(folder, texts, BatchGenerator.sampling(seed));
    var ids = written.stream().map(BatchGenerator.Answer::tokens).toList();
    double[] before = generator.logProbs(start, texts, ids);
    double[] proxy = generator.rewards(reward, texts, ids);
    var rows = IntStream.range(0, prompts.size()).boxed().toList();
    return Map.of(
        ModelMeasure.GOLD_WORTH.of(model),
        Measurements.share(
            rows, i -> people.utility(prompts.get(i), written.get(i).text(), Priorities.TRAINING)),
        ModelMeasure.PROXY.of(model),
        Measurements.mean(rows, i -> proxy[i]),
        ModelMeasure.KL.of(model),
        Measurements.mean(rows, i -> written.get(i).logProb() - before[i]),
        ModelMeasure.LENGTH.of(model),
        Measurements.mean(rows, i -> written.get(i).tokens().length),
        ModelMeasure.FINISHED.of(model),
        Measurements.share(rows, i -> one(written.get(i).finished())));
  }

  private List<String> answers(Path folder, boolean plain, List<String> prompts)
      throws IOException {
    var sampling = BatchGenerator.sampling(seed);
    var written =
        plain
            ? generator.continuations(folder, "", prompts, sampling)
            : generator.answers(folder, prompts, sampling);
    return written.stream().map(BatchGenerator.Answer::text).toList();
  }

  private static List<String> prompts(List<WorldTask> tasks) {
    return tasks.stream().map(WorldTask::prompt).toList();
  }

  private static Estimate flagged(List<Judgement> judged, Rating.Flag flag) {
    return share(judged.stream().map(each -> one(each.flags().contains(flag))));
  }

  private static double one(boolean holds) {
    return holds ? 1 : 0;
  }

  private static Estimate share(List<Double> values) {
    return Measurements.share(values, value -> value);
  }

  private static Estimate share(Stream<Double> values) {
    return share(values.toList());
  }
}
