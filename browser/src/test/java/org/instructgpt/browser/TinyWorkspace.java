package org.instructgpt.browser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// A workspace that is made in a second: a base model and a supervised one of random weights, and a
/// report.
final class TinyWorkspace {
  private TinyWorkspace() {}

  static void make(Path workspace) throws IOException {
    model(workspace.resolve("models/base"), "pretrain", Map.of(), 1);
    var base = Lineage.Parent.of(workspace.resolve("models/base"));
    model(workspace.resolve("models/sft"), "sft", Map.of("policy", base), 2);
    var reports = Files.createDirectories(workspace.resolve("reports"));
    Files.writeString(
        reports.resolve("report.html"),
        "<!DOCTYPE html><html lang=\"en\"><title>Report</title><style>h1{color:teal}</style>"
            + "<h1>A report</h1><p>Win rate 0.71</p></html>");
    Files.writeString(reports.resolve("reward.json"), "{\"accuracy\": {\"value\": 0.71}}");
  }

  /// Adds models that answer a prompt, and all prompts of as many tokens, with these texts.
  ///
  /// @param answers by the name of the model, which is its stage too
  static void addScripted(Path workspace, String prompt, Map<String, String> answers)
      throws IOException {
    for (var answer : answers.entrySet()) {
      var folder = workspace.resolve("models").resolve(answer.getKey());
      var base = Lineage.Parent.of(workspace.resolve("models/base"));
      delete(folder); // the tiny model of that name
      ScriptedModel.save(
          folder,
          new Lineage(answer.getKey(), Map.of(), Map.of("policy", base)),
          prompt,
          answer.getValue());
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (var files = Files.list(folder)) {
        for (var file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static void model(
      Path folder, String stage, Map<String, Lineage.Parent> parents, long seed)
      throws IOException {
    Files.createDirectories(folder);
    var shape = new GptConfig(1, 8, 1, 256, 50_258, GptConfig.Activation.GELU, 1e-5, 0, 0);
    try (var _ = Scope.open()) {
      var gpt = new Gpt(shape, Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(seed));
      Checkpoint.save(gpt, Tokenizers.gpt2(), new Lineage(stage, Map.of(), parents), folder);
    }
  }
}
