package org.instructgpt.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ProgressLines;
import org.instructgpt.model.StopFlag;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// A hub with a small model, and pulls of it into a folder, in which time passes at once.
final class PullScene implements AutoCloseable {
  static final String WEIGHTS = "model.safetensors";
  static final String TOKEN = "hf_secretOfTheTest";
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  final FakeHub hub = new FakeHub();
  final StopFlag stop = new StopFlag();
  final List<String> said = new ArrayList<>();
  Duration rested = Duration.ZERO;
  int tries = 6;
  long free = Long.MAX_VALUE;
  private final Path folder;

  /// @param folder where models go
  /// @param model the one of the hub, as [#makeModel] makes it
  PullScene(Path folder, Path model) throws IOException {
    this.folder = folder;
    for (var name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS)) {
      hub.put(name, Files.readAllBytes(model.resolve(name)));
    }
  }

  /// Makes a model of random weights.
  static Path makeModel(Path place) throws IOException {
    var tokenizer =
        BpeTrainer.train(List.of("the cat sat on the mat, the dog sat on the log"), 270);
    try (var _ = Scope.open()) {
      var gpt = new Gpt(GptConfig.small(2, 16, 2, 24, 280), Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(7));
      var lineage = new Lineage("pretrain", Map.of(), Map.of());
      Checkpoint.save(gpt, tokenizer, lineage, Files.createDirectory(place));
    }
    return place;
  }

  Optional<Pull.Pulled> pull(Optional<String> token, String... include) throws IOException {
    var patience =
        new Patience(
            tries,
            Duration.ofSeconds(1),
            Duration.ofMinutes(5),
            time -> rested = rested.plus(time));
    var options =
        new PullOptions(
            List.of(include),
            stop::requested,
            ProgressLines.silent(),
            said::add,
            () -> NOW,
            patience,
            Duration.ofSeconds(20),
            _ -> free);
    var endpoint = HubEndpoint.of(hub.address(), token, false);
    return new Pull(endpoint, HubModel.parse("org/model"), target(), options).run();
  }

  Pull.Pulled pull() throws IOException {
    return pull(Optional.empty()).orElseThrow();
  }

  Path target() {
    return folder.resolve("model");
  }

  Path kept() {
    return folder.resolve(".pulling-model");
  }

  /// The part of the weights that is kept.
  Path part() throws IOException {
    try (var files = Files.list(kept())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(WEIGHTS + "."))
          .findFirst()
          .orElseThrow();
    }
  }

  /// The model is there, and is the hub's.
  void assertWhole() throws IOException {
    assertThat(target().resolve(WEIGHTS)).hasBinaryContent(hub.content(WEIGHTS));
    assertThat(kept()).doesNotExist();
    try (var _ = Scope.open()) { // and by the sums of its lineage
      Checkpoint.loadLanguageModel(target(), Precision.FULL, Device.CPU);
    }
  }

  /// From where the content of the weights was asked for, each time.
  List<String> ranges() {
    return hub.asked().stream()
        .filter(each -> each.elsewhere() && each.path().endsWith(WEIGHTS))
        .map(each -> String.valueOf(each.range()))
        .toList();
  }

  @Override
  public void close() {
    hub.close();
  }
}
