package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.instructgpt.model.GptConfig;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.MomentPrecision;
import org.instructgpt.torch.Precision;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final GptConfig SMALL = GptConfig.small(6, 256, 4, 256, 4096);
  private static final PlanMachine LARGE = PlanMachine.here(1e12, 1e12);

  private static Plan plan(PlanMachine machine, String... settings) {
    return plan(SMALL, MemorySaving.NONE, machine, settings);
  }

  private static Plan plan(
      GptConfig shape, MemorySaving saving, PlanMachine machine, String... settings) {
    var recipe = Recipe.none();
    for (var setting : settings) {
      recipe = recipe.with(List.of(setting), setting.substring(0, setting.indexOf('.')));
    }
    return Plan.of(recipe, shape, Precision.MIXED, saving, DataLengths.paper(), machine);
  }

  private static Plan.Stage stage(Plan plan, String name) {
    return plan.stages().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static double pretraining(int rows) {
    var plan = plan(LARGE, "pretrain.micro_batch_size=" + rows);
    return stage(plan, "pretrain").memoryTotal();
  }

  @Test
  void allTrainingsOfThePaperArePlanned() {
    assertThat(plan(LARGE).stages())
        .extracting(Plan.Stage::name)
        .containsExactly("pretrain", "sft", "supervised", "reward", "ppo");
  }

  @Test
  void dpoIsPlannedWhereTheRecipeHasItWithOneModelThatLearnsAndNoneThatIsFrozen() {
    var plan = plan(LARGE, "dpo.epochs=1");
    assertThat(plan.stages())
        .extracting(Plan.Stage::name)
        .containsExactly("pretrain", "sft", "supervised", "reward", "ppo", "dpo");
    double model = 4.0 * SMALL.parameters();
    var parts = stage(plan, "dpo").memory();
    assertThat(parts)
        .containsEntry("parameters", model)
        .containsEntry("Adam's moments", 2 * model)
        .doesNotContainKey("frozen models");
    // A language model over the reward model's rows has their activations, and logits besides.
    assertThat(parts.get("logits")).isPositive();
    assertThat(parts.get("activations"))
        .isEqualTo(stage(plan, "reward").memory().get("activations"));
    assertThat(stage(plan(LARGE, "dpo.epochs=2"), "dpo").operations())
        .isCloseTo(stage(plan, "dpo").operations() * 7 / 4, within(1.0)); // 2 x 3 + 1 of 3 + 1
  }

  @Test
  void memoryGrowsByTheSameWithEveryRow() {
    assertThat(pretraining(3) - pretraining(2))
        .isCloseTo(pretraining(2) - pretraining(1), within(1.0));
    assertThat(pretraining(2)).isGreaterThan(pretraining(1));
  }

  @Test
  void ppoHasTwoModelsThatLearnTwoFrozenOnesAndAnAverage() {
    var parts = stage(plan(LARGE), "ppo").memory();
    double model = 4.0 * SMALL.parameters();
    assertThat(parts)
        .containsEntry("parameters", 2 * model)
        .containsEntry("gradients", 3 * model) // PPO's is kept while the text's is collected
        .containsEntry("Adam's moments", 4 * model)
        .containsEntry("average", model)
        .containsEntry("frozen models", 2 * model);
    assertThat(stage(plan(LARGE, "ppo.ptx.coefficient=0"), "ppo").memory())
        .containsEntry("gradients", 2 * model);
  }

  /// Of each layer of GPT-3's blocks an adapter has rank x (in + out) numbers: queries, keys,
  /// values and projection 2C, up and down 5C.
  @Test
  void adaptersShareTheWeightsOfWhatIsFrozen() {
    var parts = stage(plan(LARGE, "adapter.rank=4"), "ppo").memory();
    double model = 4.0 * SMALL.parameters();
    double adapter = 4.0 * 4 * SMALL.layers() * (4 * 2 + 2 * 5) * SMALL.width();
    assertThat(parts.get("parameters")).isCloseTo(2 * model + adapter, within(1.0));
    assertThat(parts.get("gradients")).isCloseTo(3 * adapter, within(1.0));
    assertThat(parts.get("Adam's moments")).isCloseTo(4 * adapter, within(1.0));
    assertThat(parts.get("average")).isCloseTo(adapter, within(1.0));
    assertThat(parts.getOrDefault("frozen models", 0.0)).isZero();
    assertThat(stage(plan(LARGE, "adapter.rank=4"), "pretrain").memory())
        .isEqualTo(stage(plan(LARGE), "pretrain").memory());
  }

  @Test
  void whereResponsesAreComparedNoValueNetworkIsPlanned() {
    var compared =
        plan(
            LARGE,
            "ppo.objective.whitening=none",
            "ppo.objective.group.samples=4",
            "ppo.objective.group.advantage=rloo");
    double model = 4.0 * SMALL.parameters();
    assertThat(stage(compared, "ppo").memory())
        .containsEntry("parameters", model)
        .containsEntry("gradients", 2 * model)
        .containsEntry("Adam's moments", 2 * model)
        .containsEntry("average", model)
        .containsEntry("frozen models", 2 * model);
    assertThat(stage(compared, "ppo").operations())
        .isLessThan(stage(plan(LARGE), "ppo").operations());
    assertThat(stage(compared, "ppo").diskTotal())
        .isLessThan(stage(plan(LARGE), "ppo").diskTotal());
  }

  @Test
  void timeIsTheOperationsAtThePartOfTheRateThatIsReached() {
    var found = stage(plan(LARGE, "pretrain.steps=10", "pretrain.batch_size=4"), "pretrain");
    double operations = 10 * 4 * 256 * new GptOperations(SMALL).trainingToken(256);
    assertThat(found.operations()).isCloseTo(operations, within(1.0));
    assertThat(found.seconds().orElseThrow())
        .isCloseTo(operations / 1e12 / TrainingOperations.REACHED, within(1e-6));
  }

  @Test
  void whatFitsNeedsNoAdvice() {
    assertThat(plan(LARGE).stages()).allMatch(stage -> stage.advice().isEmpty());
    assertThat(plan(LARGE).table()).contains("yes").doesNotContain("does not fit");
  }

  @Test
  void fewerRowsAreTheFirstAdviceAndAsManyAsFit() {
    double room = pretraining(4) + 1000;
    var machine = PlanMachine.here(room, 1e12);
    var found = stage(plan(machine, "pretrain.micro_batch_size=32"), "pretrain");
    assertThat(found.advice()).contains("set pretrain.micro_batch_size=4");
    var followed = stage(plan(machine, "pretrain.micro_batch_size=4"), "pretrain");
    assertThat(followed.advice()).isEmpty();
  }

  private static double least(MemorySaving saving) {
    var plan = plan(SMALL, saving, LARGE, "pretrain.micro_batch_size=1");
    return stage(plan, "pretrain").memoryTotal();
  }

  @Test
  void activationsComputedAgainAreTheSecondAdvice() {
    var saving = new MemorySaving(MomentPrecision.FULL, true);
    var machine = PlanMachine.here(pretraining(1) - 1000, 1e12);
    assertThat(stage(plan(machine), "pretrain").advice().orElseThrow())
        .startsWith("set pretrain.micro_batch_size=")
        .endsWith(" and --recompute-activations");
    assertThat(least(saving)).isLessThan(pretraining(1));
    var followed = stage(plan(SMALL, saving, machine, "pretrain.micro_batch_size=1"), "pretrain");
    assertThat(followed.advice()).isEmpty();
    var kept = stage(plan(SMALL, MemorySaving.NONE, machine), "pretrain");
    var again = stage(plan(SMALL, saving, machine), "pretrain");
    assertThat(again.operations()).isCloseTo(kept.operations() * 4 / 3, within(1.0));
  }

  @Test
  void momentsInBfloat16AreTheThirdAdvice() {
    var machine =
        PlanMachine.here(least(new MemorySaving(MomentPrecision.FULL, true)) - 1000, 1e12);
    assertThat(stage(plan(machine), "pretrain").advice().orElseThrow())
        .endsWith(" and --recompute-activations and --moments bfloat16");
    var both = new MemorySaving(MomentPrecision.HALF, true);
    assertThat(
            stage(plan(SMALL, both, machine, "pretrain.micro_batch_size=1"), "pretrain").advice())
        .isEmpty();
  }

  @Test
  void whereNothingOfThatHelpsItSaysHowMuchIsNeeded() {
    var found = stage(plan(PlanMachine.here(1e8, 1e12)), "pretrain");
    assertThat(found.advice().orElseThrow())
        .startsWith(
            "with pretrain.micro_batch_size=1 and --recompute-activations and --moments bfloat16 it needs ")
        .contains("model.context")
        .doesNotContain("--gpus");
  }

  /// 1.3 billion parameters in training are 21 GB without a single row: not for one GPU of 16 GB,
  /// but for a few among which they are divided.
  @Test
  void moreDevicesDivideWhatDoesNotDependOnRows() {
    var shape = GptConfig.paper(GptConfig.Size.XL);
    var one = PlanMachine.gpus(1, 16e9, Optional.empty());
    var advice = stage(plan(shape, MemorySaving.NONE, one), "sft").advice().orElseThrow();
    assertThat(advice).contains("or --gpus ");
    var eight = plan(shape, MemorySaving.NONE, PlanMachine.gpus(8, 16e9, Optional.empty()));
    assertThat(stage(eight, "sft").memory())
        .containsEntry("parameters", 4.0 * shape.parameters() / 8);
    assertThat(eight.table()).contains("8 GPUs of 16.0 GB", "which this program does not do yet");
    assertThat(stage(eight, "sft").seconds()).isEmpty();
  }

  @Test
  void theStatesOf175BillionParametersAre28Terabytes() {
    var shape = GptConfig.paper(GptConfig.Size.B175);
    var parts = stage(plan(shape, MemorySaving.NONE, LARGE), "pretrain").memory();
    double states = parts.get("parameters") + parts.get("gradients") + parts.get("Adam's moments");
    assertThat(states).isCloseTo(2.79e12, within(0.01e12));
  }

  @Test
  void diskHoldsTheCheckpointsThatAreKeptAndOneMore() {
    var parts = stage(plan(LARGE), "sft").disk();
    assertThat(parts)
        .containsEntry("checkpoints to resume from", 3 * 12.0 * SMALL.parameters())
        .containsEntry("the model", 2 * 4.0 * SMALL.parameters());
  }

  @Test
  void programsReadTheSameNumbers() {
    var plan = plan(LARGE);
    var json = plan.json();
    assertThat(json.at("/stages/4/stage").asText()).isEqualTo("ppo");
    assertThat(json.at("/stages/4/memory").asDouble()).isEqualTo(stage(plan, "ppo").memoryTotal());
    assertThat(json.at("/stages/0/fits").asBoolean()).isTrue();
    assertThat(json.at("/machine/operations_per_second").asDouble()).isEqualTo(1e12);
  }

  @Test
  void timesAreToldInUnitsThatPeopleUse() {
    assertThat(Plan.time(99)).isEqualTo("99 s");
    assertThat(Plan.time(600)).isEqualTo("10 min");
    assertThat(Plan.time(7200 * 10)).isEqualTo("20 h");
    assertThat(Plan.time(86_400 * 1500.0)).isEqualTo("1,500 days");
  }

  @Test
  void aMachineWithoutMemoryOrDevicesIsRefused() {
    assertThatThrownBy(() -> PlanMachine.gpus(0, 1e9, Optional.empty()))
        .hasMessageContaining("at least 1 device, found 1.00 GB and 0");
  }
}
