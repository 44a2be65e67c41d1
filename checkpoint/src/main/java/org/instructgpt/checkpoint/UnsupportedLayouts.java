package org.instructgpt.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.instructgpt.model.CheckpointFiles;

/// Recognises models in layouts that are not read: says what they are, what is read, and how to
/// convert them.
final class UnsupportedLayouts {
  static final String MERGE =
      "PeftModel.from_pretrained(base, DIR).merge_and_unload().save_pretrained(NEW) of the library peft";

  private static final String READ =
      "Only config.json with model.safetensors, or several such files and their index, is read.";

  /// A layout.
  ///
  /// @param pattern of the names of its files
  /// @param what it is
  /// @param convert how to make what is read of it
  private record Layout(String pattern, String what, String convert) {}

  private static final List<Layout> LAYOUTS =
      List.of(
          new Layout(
              "model-\\d+-of-\\d+\\.safetensors",
              "weights in several files without their index",
              "Put model.safetensors.index.json beside them."),
          new Layout(
              "pytorch_model.*\\.bin(\\.index\\.json)?",
              "weights as PyTorch's own pickle files",
              transformers("")),
          new Layout(
              "tf_model.*\\.h5(\\.index\\.json)?",
              "weights of TensorFlow's Keras",
              transformers(", from_tf=True")),
          new Layout(
              "flax_model.*\\.msgpack(\\.index\\.json)?",
              "weights of Flax",
              transformers(", from_flax=True")),
          new Layout(
              ".*\\.gguf|.*\\.ggml",
              "a model in the format of llama.cpp, most often quantized",
              "Take the checkpoint that it was made from, in Hugging Face's layout with safetensors."),
          new Layout(
              ".*\\.onnx",
              "a graph of operations (ONNX)",
              "Take the checkpoint that it was exported from, in Hugging Face's layout with safetensors."),
          new Layout(
              "consolidated.*\\.(pth|pt|safetensors)|params\\.json",
              "a model as its makers (Meta, Mistral) keep it",
              "Take the same model in Hugging Face's layout, with config.json and model.safetensors; of this layout, weights in one safetensors file are read."),
          new Layout(
              "model\\.ckpt.*|checkpoint|hparams\\.json",
              "a checkpoint of TensorFlow, the form in which GPT-2 first came",
              "Take the same model in Hugging Face's layout with safetensors, such as openai-community/gpt2."),
          new Layout(
              "(?!tok.*\\.bin).*\\.(pt|pth|ckpt|bin)",
              "weights as PyTorch's own pickle files",
              transformers("")),
          new Layout(
              ".*\\.safetensors",
              "weights under another name",
              "If they are the whole model, call the file model.safetensors and put its config.json beside it."));

  private UnsupportedLayouts() {}

  private static String transformers(String more) {
    return "Convert it with Hugging Face's transformers: AutoModelForCausalLM.from_pretrained(DIR%s).save_pretrained(NEW)."
        .formatted(more);
  }

  /// What a file or folder holds that is not read; empty for our own layout and for what is not
  /// recognised.
  static Optional<String> describe(Path place) throws IOException {
    if (Files.isRegularFile(place)) {
      // A file of these names may be anything.
      return name(place).matches("checkpoint|h?params\\.json")
          ? Optional.empty()
          : of(List.of(name(place)), place.toString());
    }
    if (!Files.isDirectory(place) || MetaLayout.weights(place).isPresent()) {
      return Optional.empty();
    }
    List<String> names;
    try (var files = Files.list(place)) {
      names = files.filter(Files::isRegularFile).map(UnsupportedLayouts::name).sorted().toList();
    }
    var described = describe(place.toString(), names);
    boolean whole = names.contains(CheckpointFiles.WEIGHTS) && !names.contains(WeightFiles.INDEX);
    return described.isEmpty() && whole
        ? pointer(place.resolve(CheckpointFiles.WEIGHTS))
        : described;
  }

  /// The same of files that are known by their names only.
  static Optional<String> describe(String place, Collection<String> names) {
    if (names.stream().anyMatch(name -> name.matches("adapter_(config\\.json|model\\..*)"))) {
      return adapter(place, names);
    }
    return names.contains(WeightFiles.INDEX) || names.contains(CheckpointFiles.WEIGHTS)
        ? Optional.empty()
        : of(names, place);
  }

  private static Optional<String> adapter(String place, Collection<String> names) {
    if (names.contains(CheckpointFiles.WEIGHTS)) {
      return Optional.of(
          "%s holds both a whole model (model.safetensors) and an adapter (adapter_config.json): which is meant? Move one of them elsewhere, and name the model with --model (or --from) and the adapter with --adapter."
              .formatted(place));
    }
    return names.contains(CheckpointFiles.CONFIG)
        ? Optional.empty()
        : Optional.of(
            "%s holds an adapter (adapter_config.json) without the description of its model: name the model with --model (or --from), and the adapter with --adapter."
                .formatted(place));
  }

  /// Recognises the small file that Git leaves in place of a large one.
  private static Optional<String> pointer(Path weights) throws IOException {
    if (Files.size(weights) > 1024
        || !new String(Files.readAllBytes(weights), StandardCharsets.ISO_8859_1)
            .startsWith("version https://git-lfs")) {
      return Optional.empty();
    }
    return Optional.of(
        "%s is a pointer of Git LFS, which says where the weights lie, not the weights. Fetch them: git lfs pull."
            .formatted(weights));
  }

  private static Optional<String> of(Collection<String> names, String place) {
    for (var layout : LAYOUTS) {
      for (var name : names) {
        if (name.matches(layout.pattern)) {
          return Optional.of(
              "%s holds %s (%s). %s %s".formatted(place, layout.what, name, READ, layout.convert));
        }
      }
    }
    return Optional.empty();
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
