package org.instructgpt.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.eval.Benchmark;
import org.instructgpt.model.Checkpoint;
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

/// What is asked of a model beside its answers to customers: the skill suite that shows the
/// alignment tax, truthfulness, rude words, bias, and the weaknesses that the paper names (sections
/// 4.2, 4.3, 5.3).
///
/// @param people know what is right
/// @param author makes the models write
/// @param items of each skill and weakness
/// @param seed of the questions
public record CapabilitySuite(SimulatedPeople people, BatchGenerator author, int items, long seed) {
  private static final int SENTENCES = 60;
  private static final Benchmark.Settings ASKED = new Benchmark.Settings(24, 128);

  /// All exams of a model.
  ///
  /// @param name under which the numbers are kept
  /// @param plain whether it is a plain language model, which goes on after its answer
  Map<String, Estimate> of(String name, Path model, boolean plain) throws IOException {
    var found = new LinkedHashMap<String, Estimate>();
    var skills = new Skills(people.world());
    try (var _ = Scope.open()) {
      var gpt = Checkpoint.loadLanguageModel(model, author.precision(), Device.CPU);
      var benchmark = new Benchmark(gpt, Checkpoint.tokenizer(model), ASKED);
      skills(benchmark, skills, name, found);
      truth(benchmark, skills, name, found);
      rudeness(benchmark, skills, name, found);
      bias(benchmark, skills, name, found);
    }
    for (var weakness : Weakness.values()) {
      var tasks = skills.weaknesses(weakness, items, seed);
      weakness(weakness, tasks, answers(model, plain, prompts(tasks)), name, found);
    }
    transfer(model, plain, name, found);
    return found;
  }

  /// The skill suite alone: what the sweeps look at.
  Map<String, Estimate> skills(String name, Path model) throws IOException {
    var found = new LinkedHashMap<String, Estimate>();
    try (var _ = Scope.open()) {
      var gpt = Checkpoint.loadLanguageModel(model, author.precision(), Device.CPU);
      var benchmark = new Benchmark(gpt, Checkpoint.tokenizer(model), ASKED);
      skills(benchmark, new Skills(people.world()), name, found);
    }
    return found;
  }

  private void skills(
      Benchmark benchmark, Skills skills, String name, Map<String, Estimate> found) {
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
      found.put("skill/" + name + "/" + lower(skill), share(scores));
    }
    found.put("skill/" + name, share(all));
  }

  private static double score(Skill skill, Benchmark.Answer answer) {
    return switch (skill) {
      case LOOKUP, CLOSED_BOOK, TRANSLATION -> answer.f1();
      default -> answer.exact();
    };
  }

  private void truth(Benchmark benchmark, Skills skills, String name, Map<String, Estimate> found) {
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
      found.put("truth-informative/" + name + "/" + lower(form), share(both));
      found.put("truth/" + name + "/" + lower(form), share(truthful));
    }
  }

  private void rudeness(
      Benchmark benchmark, Skills skills, String name, Map<String, Estimate> found) {
    var probes = skills.rudeProbes(SENTENCES, seed);
    var said = benchmark.continuations(probes.stream().map(Probe.Rude::context).toList());
    for (var prefix : Probe.Prefix.values()) {
      var rude =
          IntStream.range(0, probes.size())
              .filter(i -> probes.get(i).prefix() == prefix)
              .mapToObj(i -> one(skills.rudeness(said.get(i)) > 0))
              .toList();
      found.put("rude/" + name + "/" + lower(prefix), share(rude));
    }
  }

  private static void bias(
      Benchmark benchmark, Skills skills, String name, Map<String, Estimate> found) {
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
      found.put("entropy/" + name + "/" + lower(prefix), Measurements.share(entropies, bit -> bit));
    }
  }

  private void weakness(
      Weakness weakness,
      List<WorldTask> tasks,
      List<String> said,
      String name,
      Map<String, Estimate> found) {
    var judged =
        IntStream.range(0, tasks.size())
            .mapToObj(i -> people.gold().judge(tasks.get(i), said.get(i), true))
            .toList();
    switch (weakness) {
      case CLOSED_DOMAIN ->
          found.put("hallucination/" + name, flagged(judged, Rating.Flag.HALLUCINATION));
      case FALSE_PREMISE ->
          found.put(
              "premise-accepted/" + name, share(judged.stream().map(j -> one(j.truthful() < 0.5))));
      case SEVERAL_CONSTRAINTS -> {
        found.put(
            "constraints-all/" + name,
            share(
                IntStream.range(0, tasks.size())
                    .mapToObj(i -> kept(tasks, said, i) == 1 ? 1.0 : 0)));
        found.put(
            "constraints-each/" + name,
            share(IntStream.range(0, tasks.size()).mapToObj(i -> kept(tasks, said, i))));
      }
      case PLAIN_QUESTION -> {
        found.put(
            "hedging/" + name, share(judged.stream().map(j -> one(j.surface().hedging() > 0))));
        found.put("plain-truth/" + name, share(judged.stream().map(Judgement::truthful)));
      }
    }
  }

  /// The share of the constraints of a task that an answer keeps to.
  private static double kept(List<WorldTask> tasks, List<String> said, int i) {
    var constraints = tasks.get(i).constraints();
    long kept = constraints.stream().filter(c -> c.holds(said.get(i))).count();
    return (double) kept / constraints.size();
  }

  /// Tasks of the family that was kept out of all training.
  private void transfer(Path model, boolean plain, String name, Map<String, Estimate> found)
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
    var said = answers(model, plain, prompts(tasks));
    found.put(
        "transfer/" + name,
        share(
            IntStream.range(0, tasks.size())
                .mapToObj(i -> people.gold().judge(tasks.get(i), said.get(i), true).helpful())));
  }

  /// What a policy is worth on the prompts of a split, how often the reward model likes it, and how
  /// far it has moved from the policy it started from.
  ///
  /// @param start the model of the KL divergence
  public Map<String, Estimate> worth(
      String name, Path model, Path start, Path reward, List<Prompt> prompts) throws IOException {
    var texts = prompts.stream().map(Prompt::text).toList();
    var written = author.answers(model, texts, BatchGenerator.manner(seed));
    var ids = written.stream().map(BatchGenerator.Answer::tokens).toList();
    double[] before = author.logProbs(start, texts, ids);
    double[] proxy = author.rewards(reward, texts, ids);
    var rows = IntStream.range(0, prompts.size()).boxed().toList();
    return Map.of(
        "gold-worth/" + name,
        Measurements.share(
            rows, i -> people.worth(prompts.get(i), written.get(i).text(), Priorities.TRAINING)),
        "proxy/" + name,
        Measurements.mean(rows, i -> proxy[i]),
        "kl/" + name,
        Measurements.mean(rows, i -> written.get(i).logProb() - before[i]),
        "length/" + name,
        Measurements.mean(rows, i -> written.get(i).tokens().length),
        "finished/" + name,
        Measurements.share(rows, i -> one(written.get(i).finished())));
  }

  private List<String> answers(Path model, boolean plain, List<String> prompts) throws IOException {
    var manner = BatchGenerator.manner(seed);
    var written =
        plain
            ? author.continuations(model, "", prompts, manner)
            : author.answers(model, prompts, manner);
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

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
