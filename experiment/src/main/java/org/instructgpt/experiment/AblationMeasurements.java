package org.instructgpt.experiment;

import static org.instructgpt.experiment.ModelName.BASE;
import static org.instructgpt.experiment.ModelName.PPO;
import static org.instructgpt.experiment.ModelName.PPO_PTX;
import static org.instructgpt.experiment.ModelName.SFT;
import static org.instructgpt.experiment.ModelName.SFT_FEW;
import static org.instructgpt.experiment.ModelName.SUPERVISED;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.experiment.MeasureKey.Cost;
import org.instructgpt.experiment.MeasureKey.LabelerFold;
import org.instructgpt.experiment.MeasureKey.RewardModelVariant;
import org.instructgpt.experiment.MeasureKey.SftMeasure;
import org.instructgpt.files.Json;
import org.instructgpt.model.Lineage;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.statistics.Estimate;

/// What came of the [Ablations]: the measurements of their policies, reward models and starts, and
/// what the trainings of the paper cost.
///
/// @param experiment whose ablations are trained
record AblationMeasurements(Experiment experiment) {
  private static final ObjectMapper JSON = Json.LENIENT;

  /// Measures the policies and whatever else was trained.
  ///
  /// @param policies of the ablations
  /// @param iterations that they trained for
  void measure(List<Ablations.Policy> policies, long iterations) throws IOException {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    var evaluation = experiment.evaluation();
    List<Prompt> prompts =
        experiment.people().prompts(Split.VALIDATION).stream()
            .limit(evaluation.curvePrompts())
            .toList();
    var workspace = experiment.workspace();
    var reward = workspace.model("reward");
    var tests = evaluation.capabilities();
    for (var policy : policies) {
      var model = folder(policy.model());
      if (Files.isDirectory(model)) {
        found.putAll(tests.skills(policy.model(), model));
        found.putAll(tests.policy(policy.model(), model, folder(policy.from()), reward, prompts));
      }
    }
    for (var policy : List.of(PPO, PPO_PTX)) {
      var half = new MeasuredModel.Half(policy);
      var model = workspace.snapshots(policy.stored()).resolve("%06d".formatted(iterations));
      found.putAll(tests.skills(half, model));
      found.putAll(tests.policy(half, model, folder(SUPERVISED), reward, prompts));
    }
    found.putAll(rewardModels());
    found.putAll(supervised(SFT));
    found.putAll(supervised(SFT_FEW));
    found.putAll(costs());
    evaluation.measurements().add(found);
  }

  private Map<MeasureKey, Estimate> rewardModels() throws IOException {
    var found = new LinkedHashMap<MeasureKey, Estimate>();
    var reports = experiment.workspace().reports();
    var pairs = experiment.workspace().root().resolve("pairs").resolve("reports");
    var files =
        Map.of(
            RewardModelVariant.GROUPED, reports.resolve("reward-part.json"),
            RewardModelVariant.EPOCHS, reports.resolve("reward-epochs.json"),
            RewardModelVariant.PAIRS, pairs.resolve("reward-pairs.json"));
    for (var file : files.entrySet()) {
      var report = JSON.readTree(Files.readString(file.getValue()));
      var variant = file.getKey();
      found.put(variant.loss(), Measurements.exact(report.path("loss").asDouble()));
      found.put(variant.accuracy(), JSON.treeToValue(report.path("accuracy"), Estimate.class));
    }
    var folds = JSON.readTree(Files.readString(reports.resolve("reward-folds.json")));
    for (var fold : LabelerFold.values()) {
      found.put(
          fold.accuracy(), Measurements.exact(folds.path(fold.field()).path("value").asDouble()));
    }
    return found;
  }

  /// The epochs of the lowest validation loss and of the highest reward of a 16-epoch SFT.
  private Map<MeasureKey, Estimate> supervised(ModelName model) throws IOException {
    var epochs = experiment.evaluation().history(run(model), "eval");
    int loss = 0;
    int reward = 0;
    for (int i = 0; i < epochs.size(); i++) {
      loss = of(epochs, i, "validation_loss") < of(epochs, loss, "validation_loss") ? i : loss;
      reward = of(epochs, i, "reward") > of(epochs, reward, "reward") ? i : reward;
    }
    int last = epochs.size() - 1;
    return Map.of(
        SftMeasure.EPOCHS.of(model), Measurements.exact(epochs.size()),
        SftMeasure.BEST_LOSS.of(model), Measurements.exact(loss + 1),
        SftMeasure.BEST_REWARD.of(model), Measurements.exact(reward + 1),
        SftMeasure.LOSS_RISE.of(model),
            Measurements.exact(
                of(epochs, last, "validation_loss") - of(epochs, loss, "validation_loss")),
        SftMeasure.REWARD_GAIN.of(model),
            Measurements.exact(of(epochs, last, "reward") - of(epochs, loss, "reward")));
  }

  private static double of(List<Map<String, Double>> epochs, int i, String metric) {
    return Optional.ofNullable(epochs.get(i).get(metric)).orElseThrow();
  }

  private Path folder(ModelName model) {
    return experiment.workspace().model(model.stored());
  }

  /// The folder of the run that made a model.
  private Path run(ModelName model) throws IOException {
    var made = Lineage.read(folder(model)).at("/made/run").asText();
    return experiment.workspace().runs().resolve(made);
  }

  /// Floating-point operations of the three trainings: 6 per parameter and token in training, 2 in
  /// other passes. PPO samples, scores with three other models and trains two; PPO-ptx trains on
  /// pretraining text too.
  private Map<MeasureKey, Estimate> costs() throws IOException {
    var shape = Checkpoint.shape(folder(BASE));
    double parameters = shape.parameters();
    double pretraining = 6 * parameters * tokens(BASE);
    double sft = 6 * parameters * tokens(SFT);
    var ppo = experiment.evaluation().history(run(PPO), "train");
    double length =
        ppo.stream()
            .mapToDouble(each -> each.getOrDefault("response_length", 0.0))
            .average()
            .orElse(0);
    double prompt = 20;
    double episodes = experiment.size().episodes();
    double ptx = 6 * parameters * episodes * shape.context();
    double rl = 20 * parameters * episodes * (length + prompt) + ptx;
    return Map.of(
        Cost.PRETRAINING.key(), Measurements.exact(pretraining),
        Cost.SFT.key(), Measurements.exact(sft),
        Cost.PPO_PTX.key(), Measurements.exact(rl));
  }

  private double tokens(ModelName model) throws IOException {
    return experiment.evaluation().history(run(model), "train").stream()
        .mapToDouble(each -> each.getOrDefault("tokens", 0.0))
        .sum();
  }
}
