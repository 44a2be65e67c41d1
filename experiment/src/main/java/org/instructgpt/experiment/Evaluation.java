package org.instructgpt.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Agreement;
import org.instructgpt.statistics.Bootstrap;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.WinRates;

/// Everything that is measured on the models of a [PaperPipeline], as steps of an agenda; what was
/// found is kept in `reports/measures.json`.
///
/// @param workspace with the models
/// @param scale how much
/// @param seed of all draws
/// @param people who judge
/// @param author makes the models write
public record Evaluation(
    Workspace workspace,
    ExperimentSize scale,
    long seed,
    SimulatedPeople people,
    BatchGenerator author) {
  /// Those that are compared on held-out customers' prompts, the paper's Fig. 1.
  static final List<String> POLICIES =
      List.of("base", HumanEvaluation.PROMPTED, "sft", "ppo", "ppo-ptx", "skills");

  /// Those that meet across sizes. SFT is the baseline here too.
  static final List<String> SIZES =
      List.of(
          "sft", "base-small", "ppo-ptx-small", "base-large", HumanEvaluation.PROMPTED + "-large");

  private static final List<String> EXAMINED = List.of("base", "sft", "ppo", "ppo-ptx");
  private static final int CURVE_PROMPTS = 128;
  private static final ObjectMapper JSON = new ObjectMapper();

  /// Where the numbers are.
  public Measurements measures() {
    return new Measurements(workspace.reports().resolve("measures.json"));
  }

  public CapabilitySuite exams() {
    return new CapabilitySuite(people, author, scale.items(), seed);
  }

  /// Adds the steps from the models to the numbers.
  void plan(ResumableSteps agenda) {
    agenda
        .then("judge", "Evaluation: held-out labelers judge the models", 30, this::judge)
        .then("exams", "Evaluation: skills, truth, harm", 20, this::examine)
        .then("curves", "Evaluation: true worth beside reward and KL", 20, this::curves);
  }

  private void judge() throws IOException {
    var contest = new HumanEvaluation(workspace, people, author, seed);
    var prompts = contest.prompts(scale.judged());
    var texts = prompts.stream().map(Prompt::text).toList();
    var answers = contest.answers(POLICIES, texts);
    contest.addForeign(texts, answers);
    contest.judge(prompts, answers);
    var sizes = contest.answers(SIZES.subList(1, SIZES.size()), texts);
    sizes.putFirst("sft", Objects.requireNonNull(answers.get("sft")));
    contest.judge(prompts, sizes);
    var found = new LinkedHashMap<>(contest.gold(prompts, answers));
    found.putAll(contest.gold(prompts, sizes));
    found.putAll(winRates());
    found.putAll(agreements());
    found.putAll(rewardModel());
    measures().add(found);
  }

  /// What labelers of one pool said of the models on held-out customers' prompts.
  public List<WithPrompt<Ranking>> verdicts(Labeler.Pool pool) throws IOException {
    try (var store = workspace.store()) {
      return store.rankings(Filter.ALL.in(Split.TEST).by(pool));
    }
  }

  private Map<String, Estimate> winRates() throws IOException {
    var found = new LinkedHashMap<String, Estimate>();
    for (var pool : List.of(Labeler.Pool.HELD_OUT, Labeler.Pool.TRAINING)) {
      var wins = WinRates.of(verdicts(pool));
      for (var model : wins.models()) {
        for (var rate : wins.against(model)) {
          found.put("win/%s/%s/%s".formatted(word(pool), rate.model(), model), rate.share());
        }
      }
    }
    return found;
  }

  private Map<String, Estimate> agreements() throws IOException {
    var found = new LinkedHashMap<String, Estimate>();
    var bootstrap = Bootstrap.seeded(seed);
    for (var pool : List.of(Labeler.Pool.HELD_OUT, Labeler.Pool.TRAINING)) {
      add(found, word(pool), Agreement.ofRankings(verdicts(pool), bootstrap));
    }
    try (var store = workspace.store()) {
      var training = Filter.ALL.in(Split.TRAIN).by(Labeler.Pool.TRAINING);
      add(found, "ranking", Agreement.ofRankings(store.rankings(training), bootstrap));
    }
    return found;
  }

  private static void add(Map<String, Estimate> found, String who, Agreement agreement) {
    found.put("agreement/" + who, agreement.tiesAsHalf());
    found.put("agreement-without-ties/" + who, agreement.withoutTies());
    found.put("agreement-ties-as-answer/" + who, agreement.tiesAsAnswer());
    found.put("alpha-nominal/" + who, agreement.nominal());
    found.put("alpha-ordinal/" + who, agreement.ordinal());
  }

  /// What the training of the reward model measured on rankings that it had not seen.
  private Map<String, Estimate> rewardModel() throws IOException {
    var report = JSON.readTree(Files.readString(workspace.reports().resolve("reward.json")));
    var found = new LinkedHashMap<String, Estimate>();
    for (var name : List.of("accuracy", "prompt_accuracy", "longer_wins", "lead")) {
      found.put("reward/" + name, JSON.treeToValue(report.path(name), Estimate.class));
    }
    found.put(
        "reward/length_correlation",
        Measurements.exact(report.path("length_correlation").asDouble()));
    return found;
  }

  private void examine() throws IOException {
    var found = new LinkedHashMap<String, Estimate>();
    for (var name : EXAMINED) {
      found.putAll(exams().of(name, workspace.model(name), name.equals("base")));
    }
    var skills = workspace.root().resolve("skills").resolve("models").resolve("skills");
    found.putAll(exams().of("skills", skills, false));
    measures().add(found);
  }

  private void curves() throws IOException {
    var prompts =
        people.prompts(Split.VALIDATION).stream().limit(CURVE_PROMPTS).collect(Collectors.toList());
    var curves = new OveroptimizationCurves(workspace, people, exams(), prompts, seed);
    var found = new LinkedHashMap<String, Estimate>();
    for (var policy : List.of("ppo", "ppo-ptx")) {
      found.putAll(curves.along(policy, "supervised"));
    }
    found.putAll(curves.bestOf("supervised"));
    var start = workspace.model("supervised");
    for (var name : List.of("sft", "ppo", "ppo-ptx")) {
      found.putAll(
          exams().worth(name, workspace.model(name), start, workspace.model("reward"), prompts));
    }
    measures().add(found);
  }

  /// The curves of a training by step, from what its run wrote.
  ///
  /// @param kind `train` or `eval`
  List<Map<String, Double>> history(Path run, String kind) throws IOException {
    var steps = new ArrayList<Map<String, Double>>();
    for (var line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      var node = JSON.readTree(line);
      if (node.path("kind").asText().equals(kind)) {
        var values = new LinkedHashMap<String, Double>();
        values.put("step", node.path("step").asDouble());
        node.path("metrics")
            .properties()
            .forEach(entry -> values.put(entry.getKey(), entry.getValue().asDouble()));
        steps.add(values);
      }
    }
    return steps;
  }

  static String word(Labeler.Pool pool) {
    return pool.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
