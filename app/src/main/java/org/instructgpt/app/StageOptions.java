package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What `pretrain`, `sft`, `reward` and `ppo` have in common.
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class StageOptions {

  @Option(
      names = {"-w", "--workspace"},
      defaultValue = "workspace",
      paramLabel = "DIR",
      description = "The folder that holds the project (${DEFAULT-VALUE}).")
  Path workspace;

  @Option(
      names = {"-r", "--recipe"},
      paramLabel = "FILE",
      description = "A YAML recipe, for example recipes/small.yaml; without one the paper's 1.3B.")
  @Nullable Path recipe;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting over the recipe's; may be given several times.")
  List<String> assignments = new ArrayList<>();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name of the model that is made, in DIR/models.")
  @Nullable String name;

  @Option(
      names = "--precision",
      defaultValue = "auto",
      paramLabel = "P",
      description = "float32, bfloat16, or auto: what the processor does fast (${DEFAULT-VALUE}).")
  String precision;

  @Option(names = "--device", defaultValue = "cpu", description = "cpu or cuda (${DEFAULT-VALUE}).")
  String device;

  @Option(
      names = "--new",
      description = "Start a new run where one that has not ended could be resumed.")
  boolean fresh;

  @Option(
      names = "--replace",
      description = "Let the model that is made take the place of one of the same name.")
  boolean replace;

  /// The recipe with the flags over it.
  Recipe recipe(String stage) throws IOException {
    return (recipe == null ? Recipe.none() : Recipe.read(recipe)).with(assignments, stage);
  }

  String name(String preset) {
    return name == null ? preset : name;
  }

  Precision precision() {
    return Precision.named(precision);
  }

  Device device() {
    return Device.named(device);
  }
}
