package org.instructgpt.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.PromptTemplate;

/// A checkpoint in the folder of models: everything about it but its weights.
///
/// @param name its folder's name
/// @param bytes the size of its weights on disk
/// @param made when its weights were written; another time means another model
/// @param template how its prompts become tokens: as in its training
/// @param lineage the content of `lineage.json`; empty where there is none
public record ServedModel(
    String name,
    Path folder,
    Checkpoint.Kind kind,
    GptConfig shape,
    long bytes,
    FileTime made,
    PromptTemplate template,
    ObjectNode lineage) {

  /// The training stage that made a model, in the order of the stages.
  public enum Stage {
    /// Continues any text.
    PRETRAIN,
    /// Fine-tuned on demonstrations.
    SFT,
    /// Scores answers; generates none.
    REWARD,
    /// Trained on rankings.
    DPO,
    /// Trained by the rewards of its own answers.
    PPO,
    /// The same, with pretraining gradients mixed in.
    PPO_PTX,
    /// Made by another program; nothing is known of its training.
    OTHER
  }

  static ServedModel of(Path folder) throws IOException {
    var weights = Checkpoint.weights(folder);
    return new ServedModel(
        String.valueOf(folder.getFileName()),
        folder,
        Checkpoint.kind(folder),
        Checkpoint.shape(folder),
        weights.bytes(),
        weights.modified(),
        Checkpoint.template(folder),
        Lineage.read(folder));
  }

  public Stage stage() {
    return switch (lineage.path("stage").asText()) {
      case "pretrain" -> Stage.PRETRAIN;
      case "sft", "supervised" -> Stage.SFT;
      case "reward" -> Stage.REWARD;
      case "dpo" -> Stage.DPO;
      case "ppo" ->
          settings().path("ppo").path("ptx").path("coefficient").asDouble() > 0
              ? Stage.PPO_PTX
              : Stage.PPO;
      default -> kind == Checkpoint.Kind.REWARD ? Stage.REWARD : Stage.OTHER;
    };
  }

  /// Whether it generates text; a reward model does not.
  public boolean generates() {
    return kind == Checkpoint.Kind.LANGUAGE;
  }

  /// Whether it answers a prompt; a base model continues its text instead.
  public boolean answers() {
    return generates() && template.isFramed();
  }

  /// The settings of the run that made it.
  public JsonNode settings() {
    return lineage.path("made").path("settings");
  }
}
