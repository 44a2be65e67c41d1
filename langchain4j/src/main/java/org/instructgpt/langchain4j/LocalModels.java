package org.instructgpt.langchain4j;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;

/// Models of this machine, loaded when they are first asked, in this process and without HTTP.
///
/// ```java
/// try (var models = LocalModels.open(Path.of("workspace/models/ppo-ptx"))) {
///   ChatModel model = models.chat("ppo-ptx");
///   System.out.println(model.chat("Why is the sky blue?"));
/// }
/// ```
///
/// Models may be asked from any thread; questions that come together are answered together.
public final class LocalModels implements AutoCloseable {
  private static final int WAITING = 256;
  private static final int ROWS = 64;
  private static final int SLOTS = 4096;
  private static final long CACHE_BYTES = 2L << 30;

  private final InferenceEngine engine;

  private LocalModels(InferenceEngine engine) {
    this.engine = engine;
  }

  /// Models in these folders, named by them, on the processor and in float32.
  ///
  /// @throws IllegalArgumentException if a folder is no model
  public static LocalModels open(Path... folders) throws IOException {
    return open(
        new InferenceEngine.Settings(
            Long.MAX_VALUE, WAITING, ROWS, SLOTS, CACHE_BYTES, Precision.FULL, Device.CPU),
        folders);
  }

  /// The same with settings of the engine.
  public static LocalModels open(InferenceEngine.Settings settings, Path... folders)
      throws IOException {
    return new LocalModels(new InferenceEngine(ModelCatalog.of(List.of(folders)), settings));
  }

  /// A model that answers conversations.
  ///
  /// @throws IllegalArgumentException if there is no such language model
  public LocalChatModel chat(String name) {
    return new LocalChatModel(engine, requireModel(name, true));
  }

  /// The same, whose answers come token by token.
  ///
  /// @throws IllegalArgumentException if there is no such language model
  public LocalStreamingChatModel streaming(String name) {
    return new LocalStreamingChatModel(engine, requireModel(name, true));
  }

  /// A reward model.
  ///
  /// @throws IllegalArgumentException if there is no such reward model
  public RewardScoringModel scoring(String name) {
    return new RewardScoringModel(engine, requireModel(name, false));
  }

  private String requireModel(String name, boolean generates) {
    if (engine.models().find(name).filter(model -> model.generates() == generates).isEmpty()) {
      throw new IllegalArgumentException(
          "expected the name of a %s model that was opened, found '%s'"
              .formatted(generates ? "language" : "reward", name));
    }
    return name;
  }

  /// Ends what is under way and frees the memory.
  @Override
  public void close() {
    engine.close();
  }
}
