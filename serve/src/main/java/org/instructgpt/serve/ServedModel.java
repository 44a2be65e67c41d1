package org.instructgpt.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.PromptTemplate;

/// A checkpoint of the workspace, but for its weights.
///
/// @param name its folder's
/// @param bytes of its weights on disk
/// @param made when its weights were put in place: another time, another model
/// @param lineage what `lineage.json` tells; empty where there is none
public record ServedModel(
    String name,
    Path folder,
    Checkpoint.Kind kind,
    GptConfig shape,
    long bytes,
    FileTime made,
    ObjectNode lineage) {

  /// What a model was trained to do, in the order in which one becomes the other.
  public enum Stage {
    /// To go on with any text.
    PRETRAIN,
    /// By demonstrations.
    SFT,
    /// To score answers.
    REWARD,
    /// By the reward of its own answers.
    PPO,
    /// By the same, mixed with what it was pretrained on.
    PPO_PTX,
    /// Somebody else's model, of which nothing is known.
    OTHER
  }

  static ServedModel of(Path folder) throws IOException {
    var weights = folder.resolve("model.safetensors");
    return new ServedModel(
        String.valueOf(folder.getFileName()),
        folder,
        Checkpoint.kind(folder),
        Checkpoint.shape(folder),
        Files.size(weights),
        Files.getLastModifiedTime(weights),
        Lineage.read(folder));
  }

  public Stage stage() {
    return switch (lineage.path("stage").asText()) {
      case "pretrain" -> Stage.PRETRAIN;
      case "sft", "supervised" -> Stage.SFT;
      case "reward" -> Stage.REWARD;
      case "ppo" ->
          settings().path("ppo").path("ptx").path("coefficient").asDouble() > 0
              ? Stage.PPO_PTX
              : Stage.PPO;
      default -> kind == Checkpoint.Kind.REWARD ? Stage.REWARD : Stage.OTHER;
    };
  }

  /// Whether it can be asked at all; a reward model cannot.
  public boolean speaks() {
    return kind == Checkpoint.Kind.LANGUAGE;
  }

  /// Whether it answers a prompt; else it goes on with its text.
  public boolean answers() {
    return switch (stage()) {
      case SFT, PPO, PPO_PTX -> true;
      case PRETRAIN, REWARD, OTHER -> false;
    };
  }

  /// How its prompts become tokens: as in its training.
  PromptTemplate framing() {
    return answers() ? PromptTemplate.DEFAULT : PromptTemplate.VERBATIM;
  }

  /// The settings of the run that made it.
  public JsonNode settings() {
    return lineage.path("made").path("settings");
  }
}
