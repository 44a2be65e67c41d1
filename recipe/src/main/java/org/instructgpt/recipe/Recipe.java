package org.instructgpt.recipe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// A recipe: the settings of a whole training, one section for each stage, as a YAML file gives
/// them.
///
/// Three layers make the settings of a stage: the preset in the code, over it the recipe's section,
/// over that the `--set` flags. See `recipes/` for the recipes that come along.
public record Recipe(YamlNode.Section root) {

  /// The sections a recipe may have. `adapter` says what is trained of a model, in every stage but
  /// pretraining; `supervised` is the short supervised training from which reinforcement learning
  /// starts (InstructGPT, appendix C.3), with the same keys as `sft`. `dpo` is another way from the
  /// supervised policy on, in the place of `reward` and `ppo`.
  public static final List<String> STAGES =
      List.of("model", "adapter", "pretrain", "sft", "supervised", "reward", "ppo", "dpo");

  public Recipe {
    root.entries()
        .forEach((stage, node) -> {
          if (!STAGES.contains(stage)) {
            throw new IllegalArgumentException(
                node.where()
                    + ": "
                    + ClosestName.unknown("section \"" + stage + '"', stage, STAGES));
          }
        });
  }

  /// The recipe that changes nothing.
  public static Recipe none() {
    return new Recipe(YamlNode.Section.EMPTY);
  }

  /// The recipe in a YAML file.
  ///
  /// @throws IllegalArgumentException when it is not YAML or has an unknown section, with the line
  /// @throws IOException when the file cannot be read
  public static Recipe read(Path file) throws IOException {
    return switch (YamlReader.file(file)) {
      case YamlNode.Section root -> new Recipe(root);
      case YamlNode.Scalar(_, var text) when text == null -> none();
      case YamlNode other ->
          throw new IllegalArgumentException(
              other.where() + ": expected sections (" + String.join(", ", STAGES) + ")");
    };
  }

  /// This recipe with flags over it.
  ///
  /// @param assignments each `key=value` or `section.key=value`, the section being `stage`, or the
  ///   shape of the model where one is made, or the adapter where one is trained; the value is
  ///   spelled as in YAML
  /// @param stage whose settings are wanted; a key such as `reward.kl_coefficient` of `ppo` is its
  ///   own, although there is a section `reward`
  /// @throws IllegalArgumentException when an assignment has no `=`
  public Recipe with(List<String> assignments, String stage) {
    var changed = root;
    for (var assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "--set " + assignment + ": expected key=value, for example --set learning_rate=1e-5");
      }
      var where = "--set " + assignment;
      var path = List.of(assignment.substring(0, equals).strip().split("\\.", -1));
      if (path.size() == 1 || !reads(stage, path.getFirst())) {
        path = join(stage, path);
      }
      changed = changed.with(nest(path, YamlReader.value(assignment.substring(equals + 1), where)));
    }
    return new Recipe(changed);
  }

  /// The settings of a stage: `preset` with this recipe's section over it.
  ///
  /// @throws IllegalArgumentException with one line for each unknown key, wrong type or refused
  ///   value
  public <S extends Record> S settings(String stage, S preset) {
    return SettingsBinding.bind(root.section(stage), preset, stage);
  }

  private static boolean reads(String stage, String section) {
    return section.equals(stage) || section.equals(stage.equals("pretrain") ? "model" : "adapter");
  }

  private static List<String> join(String first, List<String> rest) {
    var all = new ArrayList<String>();
    all.add(first);
    all.addAll(rest);
    return all;
  }

  private static YamlNode.Section nest(List<String> path, YamlNode value) {
    YamlNode node = value;
    for (int i = path.size() - 1; i > 0; i--) {
      node = new YamlNode.Section(value.where(), Map.of(path.get(i), node));
    }
    return new YamlNode.Section(value.where(), Collections.singletonMap(path.getFirst(), node));
  }
}
