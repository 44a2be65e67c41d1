package org.instructgpt.experiment;

import static org.instructgpt.experiment.ModelName.BASE;
import static org.instructgpt.experiment.ModelName.BETA_100;
import static org.instructgpt.experiment.ModelName.PPO;
import static org.instructgpt.experiment.ModelName.PPO_PTX;
import static org.instructgpt.experiment.ModelName.PTX_BETA_HIGH;
import static org.instructgpt.experiment.ModelName.PTX_BETA_ZERO;
import static org.instructgpt.experiment.ModelName.PTX_GAMMA_LOW;
import static org.instructgpt.experiment.ModelName.PTX_GAMMA_PAPER;
import static org.instructgpt.experiment.ModelName.PTX_MIX_HALF;
import static org.instructgpt.experiment.ModelName.PTX_MIX_NONE;
import static org.instructgpt.experiment.ModelName.PTX_RATE_10;
import static org.instructgpt.experiment.ModelName.RATE_10;
import static org.instructgpt.experiment.ModelName.SFT;
import static org.instructgpt.experiment.ModelName.SFT_FEW;
import static org.instructgpt.experiment.ModelName.SUPERVISED;
import static org.instructgpt.experiment.ModelName.SUPERVISED_MIX_HALF;
import static org.instructgpt.experiment.ModelName.SUPERVISED_MIX_NONE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.instructgpt.eval.Report;
import org.instructgpt.experiment.MeasureKey.ModelMeasure;
import org.instructgpt.plot.Figure;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;

/// The ablations of the paper's appendix E: trainings besides those of the demo. They vary the
/// coefficients of pretraining gradients and of KL, the length of training, the learning rate, the
/// start of reinforcement learning, the number of demonstrations, and the training of the reward
/// model. A policy of the ablations trains for about half of the recipe's episodes and is compared
/// with the recipe's as it was then.
///
/// @param experiment whose demo is done
record Ablations(Experiment experiment) {
  /// A policy of the ablations.
  ///
  /// @param from the policy it starts from
  /// @param settings that override the recipe's
  record Policy(ModelName model, ModelName from, List<String> settings) {
    private static Policy of(ModelName model, String... settings) {
      return new Policy(model, SUPERVISED, List.of(settings));
    }
  }

  /// How many times fewer demonstrations show whether SFT overfits when they are few.
  private static final int FEWER = 20;

  /// The rankings from which the reward models of the ablations learn: enough to compare them.
  private static final int PART = 4_000;

  private static final String BETA = "ppo.reward.kl_coefficient=";
  private static final String GAMMA = "ppo.ptx.coefficient=";
  private static final String RATE = "ppo.learning.policy_learning_rate=";

  private static final List<MeasuredModel> SHOWN =
      List.of(
          SFT,
          new MeasuredModel.Half(PPO),
          BETA_100,
          PTX_GAMMA_LOW,
          new MeasuredModel.Half(PPO_PTX),
          PTX_GAMMA_PAPER,
          PTX_BETA_ZERO,
          PTX_BETA_HIGH,
          RATE_10,
          PTX_RATE_10,
          PTX_MIX_NONE,
          PTX_MIX_HALF,
          PPO,
          PPO_PTX);

  private List<Policy> policies() throws IOException {
    var recipe = experiment.pipeline().ppo();
    double beta = recipe.reward().klCoefficient();
    double rate = recipe.learning().policyLearningRate();
    return List.of(
        Policy.of(PTX_GAMMA_LOW, GAMMA + "0.1"),
        Policy.of(PTX_GAMMA_PAPER, GAMMA + "27.8"),
        Policy.of(BETA_100, PaperPipeline.NO_PTX, BETA + 100 * beta),
        Policy.of(PTX_BETA_ZERO, BETA + "0"),
        Policy.of(PTX_BETA_HIGH, BETA + "2.0"),
        Policy.of(RATE_10, PaperPipeline.NO_PTX, RATE + 10 * rate),
        Policy.of(PTX_RATE_10, RATE + 10 * rate),
        new Policy(PTX_MIX_NONE, SUPERVISED_MIX_NONE, List.of()),
        new Policy(PTX_MIX_HALF, SUPERVISED_MIX_HALF, List.of()));
  }

  /// Adds the trainings and their measurements.
  void plan(ResumableSteps steps) throws IOException {
    var pipeline = experiment.pipeline();
    var work = pipeline.work();
    int few = Math.max(1, experiment.size().demonstrations() / FEWER);
    steps
        .then(
            "mix-none",
            "Sweep: a start without pretraining text",
            work.supervised(List.of()),
            start(SUPERVISED_MIX_NONE, "0.0"))
        .then(
            "mix-half",
            "Sweep: a start with half pretraining text",
            work.supervised(List.of()),
            start(SUPERVISED_MIX_HALF, "0.5"))
        .then(
            "sft-few",
            "Sweep: SFT from a twentieth of the demonstrations",
            work.sft() / FEWER,
            pipeline.sft(SFT_FEW, "--demonstrations", "" + few));
    double share = (double) iterations() / pipeline.ppo().iterations();
    for (var policy : policies()) {
      var settings = new ArrayList<>(policy.settings());
      settings.add("ppo.episodes=" + iterations() * pipeline.ppo().batchSize());
      var command =
          pipeline.ppo(policy.model(), policy.from(), List.of(), settings.toArray(String[]::new));
      var name = policy.model().stored();
      boolean mixed = !settings.contains(PaperPipeline.NO_PTX);
      steps.then(
          name, "Sweep: " + name, work.ppo(mixed, share), () -> trainOrDiverge(policy, command));
    }
    steps
        .then(
            "reward-part",
            "Sweep: a reward model on %,d rankings".formatted(part()),
            work.reward(part(), 1),
            rewardOfPart("reward-part"))
        .then(
            "reward-epochs",
            "Sweep: the same with 4 epochs",
            work.reward(part(), 4),
            rewardOfPart("reward-epochs", "reward.epochs=4"))
        .then(
            "reward-pairs",
            "Sweep: the same on shuffled pairs",
            work.reward(part(), 4),
            this::shuffledPairs)
        .then(
            "reward-folds",
            "Sweep: the same over 5 groups of labelers",
            work.reward(part(), 4),
            folds())
        .then(
            "sweeps",
            "Sweep: what came of it",
            work.answers(policies().size() + 2, experiment.evaluation().curvePrompts()),
            () -> new AblationMeasurements(experiment).measure(policies(), iterations()));
  }

  /// The iterations of the ablations' policies: about half of the recipe's, as many as the recipe's
  /// policies had at one of their snapshots.
  private long iterations() throws IOException {
    long every = experiment.size().snapshotEvery();
    return Math.max(1, experiment.pipeline().ppo().iterations() / 2 / every) * every;
  }

  private List<String> start(ModelName model, String mix) {
    return experiment
        .pipeline()
        .supervised(model, BASE, PaperPipeline.set("supervised.pretraining_mix=" + mix));
  }

  /// Runs a training. If its health checks stop it, that is a result too: it diverged.
  private void trainOrDiverge(Policy policy, List<String> command) throws IOException {
    try {
      experiment.commands().run(command);
    } catch (IllegalStateException e) {
      experiment
          .evaluation()
          .measurements()
          .add(Map.of(ModelMeasure.DIVERGED.of(policy.model()), Measurements.exact(1)));
    }
  }

  /// The number of rankings that the reward models of the ablations learn from.
  private int part() {
    return Math.min(PART, experiment.size().rankings());
  }

  private List<String> rewardOfPart(String name, String... settings) {
    var command = new ArrayList<>(experiment.pipeline().reward(name, settings));
    command.addAll(List.of("--rankings", "" + part()));
    return command;
  }

  private List<String> folds() {
    var command = new ArrayList<>(rewardOfPart("reward"));
    command.addAll(List.of("--cross-validate", "1"));
    return command;
  }

  /// Trains on as many rankings with each pair of outputs as an example of its own, and as many
  /// pairs per batch.
  private void shuffledPairs() throws IOException {
    var pairsWorkspace = Workspace.create(experiment.workspace().root().resolve("pairs"));
    var given = new ArrayList<Feedback>();
    long rankings = 0;
    long pairs = 0;
    try (var store = experiment.workspace().store()) {
      given.addAll(store.labelers());
      given.addAll(store.prompts(Filter.ALL.in(Split.TRAIN)));
      given.addAll(store.prompts(Filter.ALL.in(Split.VALIDATION)));
      given.addAll(
          store.demonstrations(Filter.ALL.in(Split.TRAIN)).stream().map(d -> d.item()).toList());
      given.addAll(
          store.rankings(Filter.ALL.in(Split.VALIDATION)).stream().map(r -> r.item()).toList());
      var all = store.rankings(Filter.ALL.in(Split.TRAIN));
      for (var each : all.subList(0, Math.min(part(), all.size()))) {
        var split = pairs(each.item());
        // Each pair gets a prompt of its own, since the pairs of one prompt are one batch element.
        split.forEach(pair -> given.add(named(each.prompt(), pair.promptId())));
        given.addAll(split);
        rankings++;
        pairs += split.size();
      }
    }
    SimulatedPeople.add(pairsWorkspace, given);
    long batch = Math.max(1, experiment.pipeline().reward().batchPrompts() * pairs / rankings);
    var command =
        new ArrayList<>(
            experiment.pipeline().reward("reward-pairs", "reward.batch_prompts=" + batch));
    command.set(command.indexOf("-w") + 1, pairsWorkspace.root().toString());
    command.set(command.indexOf("--from") + 1, folder(SUPERVISED).toString());
    experiment.commands().run(command);
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

  private Path folder(ModelName model) {
    return experiment.workspace().model(model.stored());
  }

  /// The section of the report that compares all policies of the ablations.
  static Report.Section section(List<Measurements> seeds) {
    var rows = new ArrayList<List<Figure.Cell>>();
    for (var model : SHOWN) {
      rows.add(
          List.of(
              Figure.Cell.text(model.stored()),
              cell(seeds, ModelMeasure.GOLD_WORTH.of(model), "", PaperClaim.Bounds.SHARE),
              cell(seeds, ModelMeasure.PROXY.of(model), "", PaperClaim.Bounds.NONE),
              cell(seeds, ModelMeasure.KL.of(model), "nats", PaperClaim.Bounds.NONE),
              cell(seeds, ModelMeasure.SKILL.of(model), "%", PaperClaim.Bounds.SHARE)));
    }
    return new Report.Section(
        "sweeps",
        "The sweeps of appendix E",
        "gamma is the coefficient of pretraining gradients, beta that of KL; means over seeds. All but the last two trained for about half of the recipe's episodes.",
        List.of(
            new Figure.Grid(
                "Policies", List.of("policy", "true worth", "reward", "KL", "skills"), rows)));
  }

  private static Figure.Cell cell(
      List<Measurements> seeds, MeasureKey key, String unit, PaperClaim.Bounds range) {
    var test =
        new PaperClaim.Test(
            key.path(), unit, all -> all.get(key).value(), range, PaperClaim.Bounds.NONE);
    return Figure.Cell.estimate(test.measured(seeds), unit);
  }
}
