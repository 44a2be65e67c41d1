package org.instructgpt.experiment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.project.Workspace;

/// The whole paper in miniature, in one workspace: which commands make the models, and in which
/// order people do their part. Every training is a command of `instructgpt` that anybody can give
/// again by hand; the [SimulatedPeople] are simulated.
///
/// The order differs from the paper's numbering in one place: the 16-epoch SFT model is trained
/// after the reward model, since that chooses its checkpoint (paper.md C-23). The outputs that
/// labelers rank are those of the 2-epoch model from which reinforcement learning starts.
///
/// @param workspace where
/// @param scale how much
/// @param seed of the world, its people and all trainings
/// @param shell runs the commands
public record PaperPipeline(Workspace workspace, ExperimentSize scale, long seed, Commands shell) {
  /// What makes PPO-ptx plain PPO.
  static final String PLAIN = "ppo.ptx.coefficient=0";

  /// Puts the recipe into the workspace.
  void begin() throws IOException {
    try (InputStream recipe =
        Objects.requireNonNull(PaperPipeline.class.getResourceAsStream("demo.yaml"))) {
      AtomicFiles.write(recipe(), new String(recipe.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /// Adds the steps from the world's documents to all the models.
  void plan(ResumableSteps agenda, SimulatedPeople people) {
    agenda
        .then("world", "The world: its documents", 3, () -> people.publish(text()))
        .then("base", "Pretraining: the base model", 60, pretrain("base", List.of()))
        .then(
            "base-small", "Pretraining: a smaller one", 20, pretrain("base-small", scale.smaller()))
        .then(
            "base-large", "Pretraining: a larger one", 120, pretrain("base-large", scale.larger()))
        .then("prompts", "Data: customers ask, labelers write; curation", 5, people::ask)
        .then("demonstrations", "Step 1: labelers demonstrate", 2, people::demonstrate)
        .then(
            "supervised",
            "Step 1: supervised fine-tuning, 2 epochs (the start of reinforcement learning)",
            5,
            supervised("supervised", "base", List.of()))
        .then("rankings", "Step 2: labelers rank K = 4 to 9 outputs", 25, people::rank)
        .then("reward", "Step 2: the reward model", 20, reward("reward"))
        .then("sft", "Step 1: supervised fine-tuning, 16 epochs (SFT)", 40, sft())
        .then("skills", "Baseline: public tasks only (FLAN, T0)", 10, () -> skills(people))
        .then("ppo", "Step 3: PPO", 60, ppo("ppo", "supervised", snapshots(), PLAIN))
        .then(
            "ppo-ptx",
            "Step 3: PPO-ptx (InstructGPT)",
            90,
            ppo("ppo-ptx", "supervised", snapshots()))
        .then("supervised-small", "The smaller model: supervised", 3, smallSupervised())
        .then("ppo-ptx-small", "The smaller model: PPO-ptx", 50, smallPpo());
  }

  private List<String> smallSupervised() {
    return supervised("supervised-small", "base-small", List.of());
  }

  private List<String> smallPpo() {
    return ppo(
        "ppo-ptx-small", "supervised-small", List.of(), "ppo.episodes=" + scale.episodes() / 2);
  }

  /// A command of a stage that makes a model.
  List<String> stage(String verb, String section, String name, List<String> more) {
    var command = new ArrayList<String>(List.of(verb, "-w", workspace.root().toString()));
    command.addAll(List.of("-r", recipe().toString(), "--name", name));
    command.addAll(List.of("--set", section + ".seed=" + seed));
    command.addAll(scale.flags(section));
    if (section.equals("pretrain")) {
      command.addAll(scale.flags("model"));
    }
    command.addAll(more);
    return command;
  }

  private List<String> pretrain(String name, List<String> shape) {
    var more = new ArrayList<String>(List.of("--text", text().toString()));
    if (!name.equals("base")) { // one vocabulary for all: the reward model reads their tokens
      more.addAll(List.of("--tokenizer", workspace.model("base").resolve("tokenizer.json") + ""));
    }
    more.addAll(set(shape.toArray(String[]::new)));
    return stage("pretrain", "pretrain", name, more);
  }

  /// A start of reinforcement learning.
  ///
  /// @param more flags
  List<String> supervised(String name, String from, List<String> more) {
    var flags = new ArrayList<>(List.of("--start", "--from", from, "--text", text().toString()));
    flags.addAll(more);
    return stage("sft", "supervised", name, flags);
  }

  /// A reward model on all rankings of the workspace, and other settings over the recipe's.
  public List<String> reward(String name, String... settings) {
    var more = new ArrayList<String>(List.of("--from", "supervised"));
    more.addAll(List.of("--held-out", "validation")); // the test split belongs to the judges
    more.addAll(set(settings));
    return stage("reward", "reward", name, more);
  }

  private List<String> sft() {
    return stage("sft", "sft", "sft", List.of("--reward-model", "reward"));
  }

  /// A policy from a supervised one.
  ///
  /// @param more flags
  /// @param settings over the recipe's
  public List<String> ppo(String name, String from, List<String> more, String... settings) {
    var flags = new ArrayList<String>(List.of("--from", from));
    if (!List.of(settings).contains(PLAIN)) {
      flags.addAll(List.of("--text", text().toString()));
    }
    flags.addAll(more);
    flags.addAll(set(settings));
    return stage("ppo", "ppo", name, flags);
  }

  private List<String> snapshots() {
    return List.of("--snapshot-every", "" + scale.snapshotEvery());
  }

  static List<String> set(String... settings) {
    return Stream.of(settings).flatMap(setting -> Stream.of("--set", setting)).toList();
  }

  /// Demonstrations of public tasks are another data set, so they live in a workspace of their own.
  private void skills(SimulatedPeople people) throws IOException {
    people.teach(skillsWorkspace());
    var elsewhere = new PaperPipeline(skillsWorkspace(), scale, seed, shell);
    var base = workspace.model("base").toString();
    var command =
        new ArrayList<>(
            elsewhere.stage("sft", "sft", "skills", List.of("--from", base, "--set", "epochs=2")));
    command.set(command.indexOf("-r") + 1, recipe().toString());
    shell.run(command);
  }

  /// Where the baseline that learns from public tasks is made.
  Workspace skillsWorkspace() {
    return new Workspace(workspace.root().resolve("skills"));
  }

  private Path recipe() {
    return workspace.root().resolve("recipe.yaml");
  }

  Path text() {
    return workspace.root().resolve("text");
  }
}
