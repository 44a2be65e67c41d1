package org.instructgpt.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.instructgpt.checkpoint.Adapters;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Json;
import org.instructgpt.gguf.GgufInspection;
import org.instructgpt.records.ImportSettings;
import org.instructgpt.records.Importer;
import org.instructgpt.records.Store;
import org.instructgpt.text.ChatTemplate;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;

/// How each kind of file is read by the program. What the files need beside them, [Surroundings]
/// puts there.
final class Readers {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 5, 14, 7);

  private static final String TEXT = "It's 10 o'clock: the cat \u00e9\ud83d\ude00 sat.\n\n </s>";

  private static final Map<Path, Store> STORES = new ConcurrentHashMap<>();

  private static final ChatTemplate.Conversation CONVERSATION = conversation();

  private Readers() {}

  private static ChatTemplate.Conversation conversation() {
    var turns = Json.LENIENT.createArrayNode();
    turn(turns.addObject(), "system", "Be brief.");
    turn(turns.addObject(), "user", " What is 2 + 2? \n");
    turn(turns.addObject(), "assistant", "<think>easy</think>\n4");
    turn(turns.addObject(), "user", "And 3 + 3?");
    JsonNode tools =
        Json.LENIENT.createArrayNode().add(Json.LENIENT.createObjectNode().put("name", "sum"));
    return new ChatTemplate.Conversation(turns, true, Map.of("tools", tools), NOW);
  }

  private static void turn(
      com.fasterxml.jackson.databind.node.ObjectNode turn, String role, String content) {
    turn.put("role", role).put("content", content);
  }

  static void safetensors(Path folder) throws IOException {
    var _ = Safetensors.header(folder.resolve("model.safetensors"));
  }

  static void index(Path folder) throws IOException {
    var _ = Checkpoint.weights(folder);
  }

  static void config(Path folder) throws IOException {
    var _ = Checkpoint.kind(folder);
    var _ = Checkpoint.ends(folder);
    var _ = Checkpoint.shape(folder);
    Checkpoint.requireReadable(folder);
  }

  static void tokenizer(Path folder) throws IOException {
    var tokenizer = Tokenizers.load(folder);
    var _ = tokenizer.decode(tokenizer.encode(TEXT));
    var _ = tokenizer.spelling(tokenizer.pad());
    tokenizer.saveAll(Files.createDirectories(folder.resolve("saved")));
  }

  static void template(Path folder) throws IOException {
    var template = ChatTemplate.load(folder);
    if (template.isPresent()) {
      var _ = template.get().render(CONVERSATION);
    }
  }

  static void gguf(Path folder) throws IOException {
    var _ = GgufInspection.lines(folder.resolve("model.gguf"));
  }

  /// Reads an adapter that lies beside its base.
  static void adapter(Path folder) throws IOException {
    var _ = Adapters.base(folder);
    var _ = Checkpoint.weights(folder);
    try (var _ = Scope.open()) {
      var _ = Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
    }
  }

  static void rows(Path folder) throws IOException {
    imported(folder, folder.resolve(ForeignFile.ROWS.files().getFirst()));
  }

  static void table(Path folder) throws IOException {
    imported(folder, folder.resolve(ForeignFile.TABLE.files().getFirst()));
  }

  /// Imports a file into the store in its folder. To make a store takes a hundred times as long as
  /// to import a row, so it stays open, and what inputs before this one left is there: as in a
  /// workspace.
  private static void imported(Path folder, Path file) throws IOException {
    var store = STORES.get(folder);
    if (store == null) {
      store = Store.open(folder.resolve("feedback.db"));
      STORES.put(folder, store);
    }
    var _ = new Importer(store, ImportSettings.at(Instant.EPOCH)).read(file);
  }
}
