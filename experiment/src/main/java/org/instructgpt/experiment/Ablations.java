package org.instructgpt.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.eval.Report;
import org.instructgpt.model.GptConfig;
import org.instructgpt.plot.Figure;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;
import org.instructgpt.statistics.Estimate;

/// The trainings beside those of the demo that the paper's appendix E has, and what is measured on
/// them: the coefficients of pretraining gradients and of KL, longer training, learning rates, the
/// start of reinforcement learning, and how the reward model is trained.
///
/// @param study whose demo has ended
public record Ablations(Experiment study) {
  /// Measured on so many validation prompts.
  private static final int PROMPTS = 128;

  private static final ObjectMapper JSON = new ObjectMapper();

  /// A policy of a sweep.
  ///
  /// @param from the policy it starts from
  /// @param settings over the recipe's
  private record Policy(String name, String from, List<String> settings) {
    static Policy of(String name, String... settings) {
      return new Policy(name, "supervised", List.of(settings));
    }
  }

  private static final String BETA = "ppo.reward.kl_coefficient=";
  private static final String GAMMA = "ppo.ptx.coefficient=";
  private static final String RATE = "ppo.learning.policy_learning_rate=";

  private static final List<String> SHOWN =
      List.of(
          "sft",
          "ppo",
          "beta-a",
          "beta-100",
          "gamma-a",
          "ppo-ptx",
          "gamma-b",
          "gamma-c",
          "ptx-beta-zero",
          "ptx-beta-high",
          "ptx-long",
          "rate-10",
          "ptx-rate-10",
          "ptx-mix-none",
          "ptx-mix-half");

  private List<Policy> policies() {
    long episodes = study.scale().episodes();
    return List.of(
        Policy.of("gamma-a", GAMMA + "0.1"),
        Policy.of("gamma-b", GAMMA + "10"),
        Policy.of("gamma-c", GAMMA + "27.8"),
        Policy.of("beta-a", PaperPipeline.PLAIN, BETA + "0.2"),
        Policy.of("beta-100", PaperPipeline.PLAIN, BETA + "5.0"),
        Policy.of("ptx-beta-zero", BETA + "0"),
        Policy.of("ptx-beta-high", BETA + "2.0"),
        Policy.of("ptx-long", "ppo.episodes=" + 2 * episodes),
        Policy.of("rate-10", PaperPipeline.PLAIN, RATE + "1.5e-3"),
        Policy.of("ptx-rate-10", RATE + "1.5e-3"),
        new Policy("ptx-mix-none", "supervised-mix-none", List.of()),
        new Policy("ptx-mix-half", "supervised-mix-half", List.of()));
  }

  /// Adds the trainings and what is measured on them.
  public void plan(ResumableSteps agenda) {
    var miniature = study.miniature();
    agenda
        .then("mix-none", "Sweep: a start without pretraining text", 4, start("none", "0.0"))
        .then("mix-half", "Sweep: a start with half pretraining text", 6, start("half", "0.5"));
    for (var policy : policies()) {
      var command =
          miniature.ppo(
              policy.name(), policy.from(), List.of(), policy.settings().toArray(String[]::new));
      agenda.then(policy.name(), "Sweep: " + policy.name(), 60, () -> survive(policy, command));
    }
    agenda
        .then("reward-epochs", "Sweep: a reward model of 4 epochs", 60, fourEpochs())
        .then("reward-pairs", "Sweep: a reward model on shuffled pairs", 60, this::shuffledPairs)
        .then("reward-folds", "Sweep: 5 reward models over groups of labelers", 60, folds())
        .then("sweeps", "Sweep: what came of it", 30, this::measure);
  }

  private List<String> start(String name, String mix) {
    return study
        .miniature()
        .supervised(
            "supervised-mix-" + name,
            "base",
            PaperPipeline.set("supervised.pretraining_mix=" + mix));
  }

  /// A health gate may stop a run that diverges; that is a result too.
  private void survive(Policy policy, List<String> command) throws IOException {
    try {
      study.shell().run(command);
    } catch (IllegalStateException e) {
      study.inquiry().measures().add(Map.of("diverged/" + policy.name(), Measurements.exact(1)));
    }
  }

  private List<String> fourEpochs() {
    return study.miniature().reward("reward-epochs", "reward.epochs=4");
  }

  private List<String> folds() {
    var command = new ArrayList<>(study.miniature().reward("reward"));
    command.addAll(List.of("--cross-validate", "1"));
    return command;
  }

  /// The same rankings, each pair of outputs an example of its own, and as many pairs a batch.
  private void shuffledPairs() throws IOException {
    var elsewhere = Workspace.create(study.workspace().root().resolve("pairs"));
    var given = new ArrayList<Feedback>();
    long rankings = 0;
    long pairs = 0;
    try (var store = study.workspace().store()) {
      given.addAll(store.labelers());
      given.addAll(store.prompts(Filter.ALL.in(Split.TRAIN)));
      given.addAll(store.prompts(Filter.ALL.in(Split.VALIDATION)));
      given.addAll(
          store.demonstrations(Filter.ALL.in(Split.TRAIN)).stream().map(d -> d.item()).toList());
      given.addAll(
          store.rankings(Filter.ALL.in(Split.VALIDATION)).stream().map(r -> r.item()).toList());
      for (var each : store.rankings(Filter.ALL.in(Split.TRAIN))) {
        var split = pairs(each.item());
        // Each about a prompt of its own: those of one prompt are one element of a batch.
        split.forEach(pair -> given.add(named(each.prompt(), pair.promptId())));
        given.addAll(split);
        rankings++;
        pairs += split.size();
      }
    }
    SimulatedPeople.add(elsewhere, given);
    long batch = Math.max(1, 32 * pairs / rankings);
    var command =
        new ArrayList<>(study.miniature().reward("reward-pairs", "reward.batch_prompts=" + batch));
    command.set(command.indexOf("-w") + 1, elsewhere.root().toString());
    command.set(command.indexOf("--from") + 1, study.workspace().model("supervised").toString());
    study.shell().run(command);
  }

  private static List<Ranking> pairs(Ranking ranking) {
    var pairs = new ArrayList<Ranking>();
    for (var pair : ranking.pairs()) {
      pairs.add(
          new Ranking(
              ranking.id() + "-" + pairs.size(),
              ranking.id() + "-prompt-" + pairs.size(),
              List.of(ranking.outputs().get(pair.better()), ranking.outputs().get(pair.worse())),
              List.of(1, 2),
              ranking.labeler(),
              ranking.created()));
    }
    return pairs;
  }

  private static Prompt named(Prompt prompt, String id) {
    return new Prompt(
        id,
        prompt.text(),
        prompt.source(),
        prompt.user(),
        prompt.organisation(),
        prompt.split(),
        prompt.useCase(),
        prompt.created());
  }

  private void measure() throws IOException {
    var found = new LinkedHashMap<String, Estimate>();
    var inquiry = study.inquiry();
    List<Prompt> prompts =
        study.people().prompts(Split.VALIDATION).stream().limit(PROMPTS).toList();
    var workspace = study.workspace();
    var reward = workspace.model("reward");
    for (var policy : policies()) {
      var model = workspace.model(policy.name());
      if (Files.isDirectory(model)) {
        found.putAll(inquiry.exams().skills(policy.name(), model));
        found.putAll(
            inquiry
                .exams()
                .worth(policy.name(), model, workspace.model(policy.from()), reward, prompts));
      }
    }
    found.putAll(rewardModels());
    found.putAll(supervised());
    found.putAll(costs());
    inquiry.measures().add(found);
  }

  private Map<String, Estimate> rewardModels() throws IOException {
    var found = new LinkedHashMap<String, Estimate>();
    var reports = study.workspace().reports();
    var pairs = study.workspace().root().resolve("pairs").resolve("reports");
    var places =
        Map.of(
            "grouped", reports.resolve("reward.json"),
            "epochs", reports.resolve("reward-epochs.json"),
            "pairs", pairs.resolve("reward-pairs.json"));
    for (var place : places.entrySet()) {
      var report = JSON.readTree(Files.readString(place.getValue()));
      found.put(
          "reward-loss/" + place.getKey(), Measurements.exact(report.path("loss").asDouble()));
      found.put(
          "reward-accuracy/" + place.getKey(),
          JSON.treeToValue(report.path("accuracy"), Estimate.class));
    }
    var folds = JSON.readTree(Files.readString(reports.resolve("reward-folds.json")));
    for (var group : List.of("same_labelers", "other_labelers")) {
      found.put("folds/" + group, Measurements.exact(folds.path(group).path("value").asDouble()));
    }
    return found;
  }

  /// After which epoch the 16-epoch SFT had the lowest validation loss, and the highest reward.
  private Map<String, Estimate> supervised() throws IOException {
    var epochs = study.inquiry().history(run("sft"), "eval");
    int loss = 0;
    int reward = 0;
    for (int i = 0; i < epochs.size(); i++) {
      loss = of(epochs, i, "validation_loss") < of(epochs, loss, "validation_loss") ? i : loss;
      reward = of(epochs, i, "reward") > of(epochs, reward, "reward") ? i : reward;
    }
    int last = epochs.size() - 1;
    return Map.of(
        "sft/epochs", Measurements.exact(epochs.size()),
        "sft/best-loss", Measurements.exact(loss + 1),
        "sft/best-reward", Measurements.exact(reward + 1),
        "sft/loss-rise",
            Measurements.exact(
                of(epochs, last, "validation_loss") - of(epochs, loss, "validation_loss")),
        "sft/reward-gain",
            Measurements.exact(of(epochs, last, "reward") - of(epochs, loss, "reward")));
  }

  private static double of(List<Map<String, Double>> epochs, int i, String metric) {
    return Optional.ofNullable(epochs.get(i).get(metric)).orElseThrow();
  }

  private Path run(String stage) {
    return study.workspace().run(stage, 1);
  }

  /// Operations of the three trainings: 6 a parameter and token in training, 2 in other passes. PPO
  /// samples, scores with three other models and trains two; with pretraining text the policy reads
  /// that too.
  private Map<String, Estimate> costs() throws IOException {
    var shape = org.instructgpt.model.Checkpoint.shape(study.workspace().model("base"));
    double parameters = parameters(shape);
    double pretraining = 6 * parameters * tokens("pretrain", "tokens");
    double sft = 6 * parameters * tokens("sft", "tokens");
    var ppo = study.inquiry().history(run("ppo"), "train");
    double length =
        ppo.stream()
            .mapToDouble(each -> each.getOrDefault("response_length", 0.0))
            .average()
            .orElse(0);
    double prompt = 20;
    double episodes = study.scale().episodes();
    double ptx = 6 * parameters * episodes * shape.context();
    double rl = 20 * parameters * episodes * (length + prompt) + ptx;
    return Map.of(
        "flops/pretraining", Measurements.exact(pretraining),
        "flops/sft", Measurements.exact(sft),
        "flops/ppo-ptx", Measurements.exact(rl));
  }

  private static double parameters(GptConfig shape) {
    return shape.parameters();
  }

  private double tokens(String stage, String metric) throws IOException {
    return study.inquiry().history(run(stage), "train").stream()
        .mapToDouble(each -> each.getOrDefault(metric, 0.0))
        .sum();
  }

  /// All policies of the sweeps beside each other.
  public static Report.Section section(List<Map<String, Estimate>> seeds) {
    var rows = new ArrayList<List<Figure.Cell>>();
    for (var name : SHOWN) {
      rows.add(
          List.of(
              Figure.Cell.text(name),
              cell(seeds, "gold-worth/" + name, "", PaperClaim.Bounds.SHARE),
              cell(seeds, "proxy/" + name, "", PaperClaim.Bounds.NONE),
              cell(seeds, "kl/" + name, "nats", PaperClaim.Bounds.NONE),
              cell(seeds, "skill/" + name, "%", PaperClaim.Bounds.SHARE)));
    }
    return new Report.Section(
        "sweeps",
        "The sweeps of appendix E",
        "gamma is the coefficient of pretraining gradients, beta that of KL; means over seeds.",
        List.of(
            new Figure.Grid(
                "Policies", List.of("policy", "true worth", "reward", "KL", "skills"), rows)));
  }

  private static Figure.Cell cell(
      List<Map<String, Estimate>> seeds, String key, String unit, PaperClaim.Bounds ends) {
    var test =
        new PaperClaim.Test(
            key,
            unit,
            all -> Optional.ofNullable(all.get(key)).map(Estimate::value).orElse(Double.NaN),
            ends,
            PaperClaim.Bounds.NONE);
    return Figure.Cell.estimate(test.measured(seeds), unit);
  }
}
