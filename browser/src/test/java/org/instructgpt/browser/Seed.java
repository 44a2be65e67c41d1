package org.instructgpt.browser;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.instructgpt.label.TaskBatch;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.web.Audit;

/// Puts prompts and tasks into a store before its studio starts.
record Seed(Store store, TaskQueue queue) {
  private static final int OVERLAP = 9;

  static void into(Path workspace, Consumer<Seed> seeding) throws IOException {
    try (var store = Store.open(workspace.resolve("feedback.db"))) {
      seeding.accept(
          new Seed(
              store,
              TaskQueue.open(
                  store,
                  Audit.open(store, Clock.systemUTC()),
                  Clock.systemUTC(),
                  new SecureRandom())));
    }
  }

  void prompt(String id, String text) {
    store
        .add(
            new Prompt(
                id,
                text,
                Prompt.Source.LABELER_PLAIN,
                Optional.empty(),
                Optional.empty(),
                Split.TRAIN,
                Optional.empty(),
                Instant.now()))
        .join();
  }

  /// A batch for everybody; what has a lower priority number is handed out first.
  void batch(String name, Kind kind, int priority, List<Item> items) {
    batch(name, kind, priority, Optional.empty(), items);
  }

  void batch(String name, Kind kind, int priority, Optional<Labeler.Pool> pool, List<Item> items) {
    queue.open(
        new TaskBatch(name, kind, Mode.TRAINING, OVERLAP, pool, priority, "training-1"),
        items,
        "seed");
  }

  static Item about(String prompt) {
    return new Item(Optional.of(prompt), List.of(), "");
  }

  static Item compare(String prompt, List<String> texts) {
    var outputs = new ArrayList<Output>();
    texts.forEach(text -> outputs.add(new Output(text, outputs.size() % 2 == 0 ? "sft" : "base")));
    return new Item(Optional.of(prompt), outputs, "");
  }
}
