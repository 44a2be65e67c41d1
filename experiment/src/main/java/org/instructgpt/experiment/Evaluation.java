package org.instructgpt.experiment;

import static org.instructgpt.experiment.ModelName.BASE;
import static org.instructgpt.experiment.ModelName.BASE_LARGE;
import static org.instructgpt.experiment.ModelName.BASE_SMALL;
import static org.instructgpt.experiment.ModelName.PPO;
import static org.instructgpt.experiment.ModelName.PPO_PTX;
import static org.instructgpt.experiment.ModelName.PPO_PTX_SMALL;
import static org.instructgpt.experiment.ModelName.PROMPTED;
import static org.instructgpt.experiment.ModelName.PROMPTED_LARGE;
import static org.instructgpt.experiment.ModelName.SFT;
import static org.instructgpt.experiment.ModelName.SKILLS;
import static org.instructgpt.experiment.ModelName.SUPERVISED;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.instructgpt.experiment.MeasureKey.AgreementMeasure;
import org.instructgpt.experiment.MeasureKey.RewardModelMeasure;
import org.instructgpt.files.Json;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.simulation.Skill;
import org.instructgpt.statistics.Agreement;
import org.instructgpt.statistics.Bootstrap;
import org.instructgpt.statistics.Estimate;
import org.instructgpt.statistics.WinRates;

/// The evaluation of the models of a [PaperPipeline], as steps. The measurements are kept in
/// `reports/measures.json`.
///
/// @param workspace with the models
/// @param size of the test sets
/// @param seed of all draws
/// @param people who judge
/// @param generator makes the models answer
record Evaluation(
    Workspace workspace,
    ExperimentSize size,
    long seed,
    SimulatedPeople people,
    BatchGenerator generator) {
  /// The models that are compared on held-out customers' prompts (paper Fig. 1).
  private static final List<ModelName> POLICIES =
      List.of(BASE, PROMPTED, SFT, PPO, PPO_PTX, SKILLS);

  /// The models of other sizes that are compared, and the baseline SFT.
  private static final List<ModelName> SIZES =
      List.of(SFT, BASE_SMALL, PPO_PTX_SMALL, BASE_LARGE, PROMPTED_LARGE);

  private static final List<ModelName> TESTED = List.of(BASE, SFT, PPO, PPO_PTX);
  private static final ObjectMapper JSON = Json.LENIENT;

  /// The file of the measurements.
  MeasurementsFile measurements() {
    return new MeasurementsFile(workspace.reports().resolve("measures.json"));
  }

  /// The tests of single models.
  CapabilitySuite capabilities() {
    return new CapabilitySuite(people, generator, size.items(), seed);
  }

  /// The number of validation prompts on which policies are measured in training and in ablations.
  int curvePrompts() {
    return size.judged() / 4;
  }

  /// Adds the steps that measure the models.
  void plan(ResumableSteps steps, StepWork work) {
    int models = POLICIES.size() + SIZES.size();
    steps
        .then(
            "judge",
            "Evaluation: held-out labelers judge the models",
            work.answers(2 * models, size.judged()),
            this::judge)
        .then(
            "exams",
            "Evaluation: skills, truth, harm",
            work.answers(Skill.values().length * TESTED.size(), size.items()),
            this::testCapabilities)
        .then(
            "curves",
            "Evaluation: true worth beside reward and KL",
            work.answers(20, curvePrompts()),
            this::curves);
  }

  private void judge() throws IOException {
    var humanEvaluation = new HumanEvaluation(workspace, people, generator, seed);
    var prompts = humanEvaluation.prompts(size.judged());
    var texts = prompts.stream().map(Prompt::text).toList();
    var answers = humanEvaluation.answers(POLICIES, texts);
    humanEvaluation.addBaselines(texts, answers);
    humanEvaluation.judge(prompts, answers);
    var sizes = humanEvaluation.answers(SIZES.subList(1, SIZES.size()), texts);
    sizes.putFirst(SFT, Objects.requireNonNull(answers.get(SFT)));
    humanEvaluation.judge(prompts, sizes);
    var found = new LinkedHashMap<>(humanEvaluation.gold(prompts, answers));
    found.putAll(humanEvaluation.gold(prompts, sizes));
    found.putAll(winRates());
    found.putAll(agreements());
    found.putAll(rewardModel());
    measurements().add(found);
  }

  /// The rankings of the models' answers to held-out customers' prompts by labelers of one pool.
  List<WithPrompt<Ranking>> rankings(Labeler.Pool pool) throws IOException {
    try (var store = workspace.store()) {
      return store.rankings(Filter.ALL.in(Split.TEST).by(pool));
    }
  }

  private Map<MeasureKey, Estimate> winRates() throws IOException {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    for (var pool : List.of(Labeler.Pool.HELD_OUT, Labeler.Pool.TRAINING)) {
      var wins = WinRates.of(rankings(pool));
      for (var model : wins.models()) {
        for (var rate : wins.against(model)) {
          found.put(
              MeasureKey.win(pool, MeasuredModel.named(rate.model()), MeasuredModel.named(model)),
              rate.share());
        }
      }
    }
    return found;
  }

  private Map<MeasureKey, Estimate> agreements() throws IOException {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    var bootstrap = Bootstrap.seeded(seed);
    for (var pool : List.of(Labeler.Pool.HELD_OUT, Labeler.Pool.TRAINING)) {
      add(found, measure -> measure.of(pool), Agreement.ofRankings(rankings(pool), bootstrap));
    }
    try (var store = workspace.store()) {
      var training = Filter.ALL.in(Split.TRAIN).by(Labeler.Pool.TRAINING);
      add(
          found,
          AgreementMeasure::ofRankings,
          Agreement.ofRankings(store.rankings(training), bootstrap));
    }
    return found;
  }

  private static void add(
      Map<MeasureKey, Estimate> found,
      Function<AgreementMeasure, MeasureKey> key,
      Agreement agreement) {
    found.put(key.apply(AgreementMeasure.AGREEMENT), agreement.tiesAsHalf());
    found.put(key.apply(AgreementMeasure.AGREEMENT_WITHOUT_TIES), agreement.withoutTies());
    found.put(key.apply(AgreementMeasure.AGREEMENT_TIES_AS_ANSWER), agreement.tiesAsAnswer());
    found.put(key.apply(AgreementMeasure.ALPHA_NOMINAL), agreement.nominal());
    found.put(key.apply(AgreementMeasure.ALPHA_ORDINAL), agreement.ordinal());
  }

  /// The measurements on unseen rankings that the training of the reward model reported.
  private Map<MeasureKey, Estimate> rewardModel() throws IOException {
    var report = JSON.readTree(Files.readString(workspace.reports().resolve("reward.json")));
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    for (var measure : RewardModelMeasure.values()) {
      var node = report.path(measure.field());
      found.put(
          measure.key(),
          measure == RewardModelMeasure.LENGTH_CORRELATION
              ? Measurements.exact(node.asDouble())
              : JSON.treeToValue(node, Estimate.class));
    }
    return found;
  }

  private void testCapabilities() throws IOException {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    for (var model : TESTED) {
      found.putAll(capabilities().of(model, folder(model), model == BASE));
    }
    var skills = workspace.root().resolve("skills").resolve("models").resolve("skills");
    found.putAll(capabilities().of(SKILLS, skills, false));
    measurements().add(found);
  }

  private void curves() throws IOException {
    var prompts =
        people.prompts(Split.VALIDATION).stream()
            .limit(curvePrompts())
            .collect(Collectors.toList());
    var curves = new OveroptimizationCurves(workspace, people, capabilities(), prompts, seed);
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    for (var policy : List.of(PPO, PPO_PTX)) {
      found.putAll(curves.along(policy, SUPERVISED));
    }
    found.putAll(curves.bestOf(SUPERVISED));
    var start = folder(SUPERVISED);
    for (var model : List.of(SFT, PPO, PPO_PTX)) {
      found.putAll(
          capabilities().policy(model, folder(model), start, workspace.model("reward"), prompts));
    }
    measurements().add(found);
  }

  /// The metrics of a training by step, read from its run.
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

  private Path folder(ModelName model) {
    return workspace.model(model.stored());
  }
}
