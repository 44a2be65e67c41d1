package org.instructgpt.experiment;

import static org.instructgpt.experiment.ModelName.BASE;
import static org.instructgpt.experiment.ModelName.BASE_LARGE;
import static org.instructgpt.experiment.ModelName.BASE_SMALL;
import static org.instructgpt.experiment.ModelName.PPO;
import static org.instructgpt.experiment.ModelName.PPO_PTX;
import static org.instructgpt.experiment.ModelName.PPO_PTX_SMALL;
import static org.instructgpt.experiment.ModelName.SFT;
import static org.instructgpt.experiment.ModelName.SKILLS;
import static org.instructgpt.experiment.ModelName.SUPERVISED;
import static org.instructgpt.experiment.ModelName.SUPERVISED_SMALL;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.model.GptConfig;
import org.instructgpt.ppo.Settings;
import org.instructgpt.project.Workspace;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.reward.RewardModeling;

/// The three steps of the paper in one workspace: the commands that train the models, and the work
/// of the [SimulatedPeople] between them. Every training is a command of `instructgpt` that a user
/// can repeat by hand.
///
/// The order differs from the paper's in one place: the 16-epoch SFT model is trained after the
/// reward model, which chooses its checkpoint (`docs/specification.md` 5.3). The outputs that
/// labelers rank are those of the supervised model from which reinforcement learning starts.
///
/// @param workspace of data and models
/// @param size of data and models
/// @param seed of the world, its people and all trainings
/// @param commands run the trainings
record PaperPipeline(Workspace workspace, ExperimentSize size, long seed, Commands commands) {
  /// The setting that turns PPO-ptx into PPO.
  static final String NO_PTX = "ppo.ptx.coefficient=0";

  /// Copies the recipe into the workspace.
  void begin() throws IOException {
    try (InputStream recipe =
        Objects.requireNonNull(PaperPipeline.class.getResourceAsStream("demo.yaml"))) {
      AtomicFiles.write(recipe(), new String(recipe.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /// Adds the steps that make the documents, the data and the models.
  void plan(ResumableSteps steps, SimulatedPeople people) throws IOException {
    var work = work();
    var starts = "supervised fine-tuning, " + Count.of(work.epochs("supervised"), "epoch");
    steps
        .then(
            "world", "The world: its documents", work.world(), () -> people.writeDocuments(text()))
        .then(
            "base",
            "Pretraining: the base model",
            work.pretrain(List.of()),
            pretrain(BASE, List.of()))
        .then(
            "base-small",
            "Pretraining: a smaller one",
            work.pretrain(size.smaller()),
            pretrain(BASE_SMALL, size.smaller()))
        .then(
            "base-large",
            "Pretraining: a larger one",
            work.pretrain(size.larger()),
            pretrain(BASE_LARGE, size.larger()))
        .then(
            "prompts", "Data: customers ask, labelers write; curation", work.prompts(), people::ask)
        .then("demonstrations", "Step 1: labelers demonstrate", 1e4, people::demonstrate)
        .then(
            "supervised",
            "Step 1: " + starts + " (the start of reinforcement learning)",
            work.supervised(List.of()),
            supervised(SUPERVISED, BASE, List.of()))
        .then("rankings", "Step 2: labelers rank K = 4 to 9 outputs", work.rankings(), people::rank)
        .then(
            "reward", "Step 2: the reward model", work.reward(size.rankings(), 1), reward("reward"))
        .then(
            "sft",
            "Step 1: supervised fine-tuning, %s (SFT)"
                .formatted(Count.of(work.epochs("sft"), "epoch")),
            work.sft(),
            sft(SFT))
        .then(
            "skills", "Baseline: public tasks only (FLAN, T0)", work.skills(), () -> skills(people))
        .then("ppo", "Step 3: PPO", work.ppo(false, 1), ppo(PPO, SUPERVISED, snapshots(), NO_PTX))
        .then(
            "ppo-ptx",
            "Step 3: PPO-ptx (InstructGPT)",
            work.ppo(true, 1),
            ppo(PPO_PTX, SUPERVISED, snapshots()))
        .then(
            "supervised-small",
            "The smaller model: supervised",
            work.supervised(size.smaller()),
            smallSupervised())
        .then("ppo-ptx-small", "The smaller model: PPO-ptx", work.smallPpo(), smallPpo());
  }

  /// The settings of PPO-ptx.
  Settings ppo() throws IOException {
    return Recipe.read(recipe())
        .with(size.overrides("ppo"), "ppo")
        .settings("ppo", Settings.paper(GptConfig.Size.XL));
  }

  /// The settings of the reward model.
  RewardModeling.Settings reward() throws IOException {
    return Recipe.read(recipe())
        .with(size.overrides("reward"), "reward")
        .settings("reward", RewardModeling.Settings.paper());
  }

  /// How much work the steps are.
  StepWork work() throws IOException {
    return new StepWork(size, Recipe.read(recipe()));
  }

  private List<String> smallSupervised() {
    return supervised(SUPERVISED_SMALL, BASE_SMALL, List.of());
  }

  private List<String> smallPpo() {
    return ppo(PPO_PTX_SMALL, SUPERVISED_SMALL, List.of(), "ppo.episodes=" + size.episodes() / 2);
  }

  /// A command of a stage that makes a model.
  List<String> stage(String verb, String section, String name, List<String> more) {
    var command = new ArrayList<String>(List.of(verb, "-w", workspace.root().toString()));
    command.addAll(List.of("-r", recipe().toString(), "--name", name));
    command.addAll(List.of("--set", section + ".seed=" + seed));
    command.addAll(size.flags(section));
    if (section.equals("pretrain")) {
      command.addAll(size.flags("model"));
    }
    command.addAll(more);
    return command;
  }

  private List<String> pretrain(ModelName model, List<String> shape) {
    var more = new ArrayList<String>(List.of("--text", text().toString()));
    if (model != BASE) { // one vocabulary for all: the reward model reads their tokens
      more.addAll(List.of("--tokenizer", folder(BASE).resolve("tokenizer.json") + ""));
    }
    more.addAll(set(shape.toArray(String[]::new)));
    return stage("pretrain", "pretrain", model.stored(), more);
  }

  /// The command that trains a start of reinforcement learning.
  ///
  /// @param more flags
  List<String> supervised(ModelName model, ModelName from, List<String> more) {
    var flags =
        new ArrayList<>(List.of("--start", "--from", from.stored(), "--text", text().toString()));
    flags.addAll(more);
    return stage("sft", "supervised", model.stored(), flags);
  }

  /// The command that trains a reward model on all rankings of the workspace.
  ///
  /// @param settings that override the recipe's
  List<String> reward(String name, String... settings) {
    var more = new ArrayList<String>(List.of("--from", SUPERVISED.stored()));
    more.addAll(List.of("--held-out", "validation")); // the test split is for evaluation
    more.addAll(set(settings));
    return stage("reward", "reward", name, more);
  }

  /// The command that trains an SFT model of 16 epochs.
  ///
  /// @param more flags
  List<String> sft(ModelName model, String... more) {
    var flags = new ArrayList<>(List.of("--reward-model", "reward"));
    flags.addAll(List.of(more));
    return stage("sft", "sft", model.stored(), flags);
  }

  /// The command that trains a policy from a supervised one.
  ///
  /// @param more flags
  /// @param settings that override the recipe's
  List<String> ppo(MeasuredModel model, ModelName from, List<String> more, String... settings) {
    var flags = new ArrayList<String>(List.of("--from", from.stored()));
    if (!List.of(settings).contains(NO_PTX)) {
      flags.addAll(List.of("--text", text().toString()));
    }
    flags.addAll(more);
    flags.addAll(set(settings));
    return stage("ppo", "ppo", model.stored(), flags);
  }

  private List<String> snapshots() {
    return List.of("--snapshot-every", "" + size.snapshotEvery());
  }

  static List<String> set(String... settings) {
    return Stream.of(settings).flatMap(setting -> Stream.of("--set", setting)).toList();
  }

  /// Demonstrations of public tasks are another data set, so they have a workspace of their own.
  private void skills(SimulatedPeople people) throws IOException {
    people.writeLessons(skillsWorkspace());
    var pipeline = new PaperPipeline(skillsWorkspace(), size, seed, commands);
    var base = folder(BASE).toString();
    var command =
        new ArrayList<>(
            pipeline.stage(
                "sft", "sft", SKILLS.stored(), List.of("--from", base, "--set", "epochs=2")));
    command.set(command.indexOf("-r") + 1, recipe().toString());
    commands.run(command);
  }

  /// The workspace of the baseline that is trained on public tasks.
  Workspace skillsWorkspace() {
    return new Workspace(workspace.root().resolve("skills"));
  }

  private Path folder(ModelName model) {
    return workspace.model(model.stored());
  }

  private Path recipe() {
    return workspace.root().resolve("recipe.yaml");
  }

  Path text() {
    return workspace.root().resolve("text");
  }
}
