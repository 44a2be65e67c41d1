package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.StopFlag;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.records.ImportSettings;
import org.instructgpt.records.Importer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.MomentPrecision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The stages as a Java program calls them.
class StagesFromJavaTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final RunOptions OPTIONS = RunOptions.quiet(() -> NOW);

  private static final String RECIPE =
      """
      model: {layers: 1, width: 16, heads: 2, context: 48, vocabulary: 270}
      pretrain: {steps: 2, batch_size: 2, warmup_steps: 1}
      sft: {epochs: 1, batch_size: 4, max_response_tokens: 16}
      supervised: {epochs: 1, batch_size: 4, max_response_tokens: 16}
      reward: {batch_prompts: 4}
      ppo:
        {episodes: 8, batch_size: 4, minibatch_size: 4, micro_batch_size: 4,
         sampling: {max_response_tokens: 4, rows: 4}, ptx: {ratio: 1}}
      """;

  @TempDir static Path folder;
  private static Workspace workspace = new Workspace(Path.of(""));
  private static Recipe recipe = Recipe.none();
  private static Path text = Path.of("");

  @BeforeAll
  static void writeData() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), "the cat sat on the mat. ".repeat(99));
    recipe = Recipe.read(Files.writeString(folder.resolve("recipe.yaml"), RECIPE));
    workspace = Workspace.create(folder.resolve("workspace"));
    var lines = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      lines.append(
          "{\"prompt\": \"cat %d?\", \"completions\": [\"the mat\", \"dog\"], \"ranks\": [1, 2]}%n"
              .formatted(i));
    }
    var rankings = Files.writeString(folder.resolve("rankings.jsonl"), lines);
    var shown = lines.toString().replaceAll("completions.*", "completion\": \"on the mat\"}");
    var demonstrations = Files.writeString(folder.resolve("demonstrations.jsonl"), shown);
    try (var store = workspace.store()) {
      var _ = new Importer(store, ImportSettings.at(NOW)).read(List.of(rankings, demonstrations));
    }
  }

  @Test
  void theStagesOfThePaperMakeTheirModelsAndARewardModelScoresAText() throws IOException {
    assertThat(PretrainRun.of(recipe, text).train(workspace, OPTIONS)).hasValue(model("base"));
    assertThat(SftRun.baseline(recipe).train(workspace, OPTIONS)).hasValue(model("sft"));
    assertThat(SftRun.start(recipe, text).train(workspace, OPTIONS)).hasValue(model("supervised"));
    assertThat(RewardRun.of(recipe).train(workspace, OPTIONS)).hasValue(model("reward"));
    assertThat(PpoRun.of(recipe, text).train(workspace, OPTIONS)).hasValue(model("ppo"));

    // Its tokenizer trained, saved and loaded again, the text is the same tokens in all stages.
    try (var kept = Files.list(workspace.tokens())) {
      assertThat(kept.filter(folder -> Files.exists(folder.resolve("training")))).hasSize(1);
    }
    assertThat(Lineage.read(model("ppo")).at("/parents").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("policy", "reward_model");
    assertThat(Checkpoint.kind(model("ppo"))).isEqualTo(Checkpoint.Kind.LANGUAGE);
    long before = Scope.liveObjects();
    try (var reward = RewardScorer.open(model("reward"))) {
      assertThat(reward.score("cat 1?", "the mat"))
          .isFinite()
          .isNotEqualTo(reward.score("cat 1?", "dog"));
      assertThatThrownBy(() -> reward.score("cat?", "dog ".repeat(99)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the model's context is 48");
    }
    assertThat(Scope.liveObjects()).isEqualTo(before);
  }

  @Test
  void withMomentsInBfloat16EveryStageKeepsThemSoInItsCheckpoints() throws IOException {
    var half = with(MomentPrecision.HALF);
    var other = Workspace.create(folder.resolve("half"));
    Files.copy(workspace.feedback(), other.feedback());
    assertThat(PretrainRun.of(recipe, text).train(other, half)).isPresent();
    assertThat(SftRun.start(recipe, text).train(other, half)).isPresent();
    assertThat(RewardRun.of(recipe).withFrom("supervised").train(other, half)).isPresent();
    assertThat(PpoRun.of(recipe, text).train(other, half)).isPresent();

    for (var stage : List.of("pretrain", "supervised", "reward", "ppo")) {
      var names = new HashSet<String>();
      Safetensors.header(saved(other.run(stage, 1)))
          .tensors()
          .forEach((name, entry) -> {
            boolean moment = name.endsWith("_moment");
            assertThat(entry.dtype()).as(name).isEqualTo(moment ? DType.BFLOAT16 : DType.FLOAT32);
            names.add(name);
          });
      assertThat(names).as(stage).anyMatch(name -> name.endsWith(".second_moment"));
      assertThat(other.run(stage, 1).resolve("settings.json"))
          .content()
          .contains("\"moments\" : \"bfloat16\"");
    }
  }

  /// The newest state of a run.
  private static Path saved(Path run) throws IOException {
    try (var steps = Files.list(run.resolve("checkpoints"))) {
      return steps.sorted().toList().getLast().resolve("state.safetensors");
    }
  }

  private static Path model(String name) {
    return workspace.model(name);
  }

  @Test
  void aTrainingThatIsStoppedMakesNoModelAndGoesOnWhenItIsCalledAgain() throws IOException {
    var stopped = new StopFlag();
    stopped.request();
    var quick = PretrainRun.of(recipe, text).withName("other");
    assertThat(quick.train(workspace, with(MomentPrecision.FULL, stopped))).isEmpty();
    assertThat(quick.train(workspace, OPTIONS)).hasValue(model("other"));
  }

  private static RunOptions with(MomentPrecision moments) {
    return with(moments, new StopFlag());
  }

  private static RunOptions with(MomentPrecision moments, StopFlag stop) {
    return new RunOptions(
        OPTIONS.precision(),
        OPTIONS.adapter(),
        OPTIONS.context(),
        MemorySaving.of(moments),
        false,
        OPTIONS.device(),
        OPTIONS.ranks(),
        OPTIONS.existing(),
        OPTIONS.out(),
        Progress.NONE,
        () -> stop,
        OPTIONS.clock());
  }

  @Test
  void whatIsMissingIsTold() {
    var lost = RewardRun.of(recipe).withFrom("nobody").withName("none");
    assertThatThrownBy(() -> lost.train(workspace, OPTIONS))
        .hasMessageContaining("there is neither a model of this name");
    assertThatThrownBy(() -> SftRun.start(recipe).withFrom("nobody").train(workspace, OPTIONS))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PpoRun.Saving(0, 0)).hasMessageContaining("at least 1");
  }
}
