package org.instructgpt.studio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.instructgpt.label.LabelingExports;
import org.instructgpt.label.OutputSource;
import org.instructgpt.label.Quality;
import org.instructgpt.label.Rounds;
import org.instructgpt.label.Screening;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.TaskBatch;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Audit;
import org.instructgpt.web.SiteArea;
import org.instructgpt.web.TestSite;

/// A site with the labelers' area alone, and its task queue.
final class PagesSite implements AutoCloseable {
  private static final Instant MONDAY = Instant.parse("2026-11-23T09:00:00Z");
  static final Account ADMIN =
      new Account("admin", "admin", Role.ADMIN, Optional.empty(), Locale.ENGLISH);

  final TestSite test;
  private final Parts parts = new Parts();

  /// Created after the store.
  private static final class Parts {
    Optional<TaskQueue> queue = Optional.empty();
    Optional<Screening> screening = Optional.empty();
  }

  PagesSite(OutputSource author) {
    test = TestSite.start(TestSite.settings(), store -> List.of(area(store, author)));
  }

  TaskQueue queue() {
    return parts.queue.orElseThrow();
  }

  Screening screening() {
    return parts.screening.orElseThrow();
  }

  private SiteArea area(Store store, OutputSource author) {
    try {
      InstantSource clock = InstantSource.fixed(MONDAY);
      var queue = TaskQueue.open(store, Audit.open(store, clock), clock, new Random(1));
      var screening = Screening.open(store, Audit.open(store, clock), clock, new Random(2));
      parts.queue = Optional.of(queue);
      parts.screening = Optional.of(screening);
      byte[] key = "a key of tests that has 32 bytes".getBytes(StandardCharsets.UTF_8);
      return LabelArea.of(
          queue,
          screening,
          new Quality(store),
          Surveys.open(store),
          new LabelingExports(store, key, clock, _ -> _ -> Optional.of(Map.of())),
          new Rounds(queue, store, author, new Random(3)),
          store);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  void prompt(String id, String text) {
    Optional<String> nobody = Optional.empty();
    var prompt =
        new Prompt(
            id,
            text,
            Prompt.Source.CUSTOMER,
            nobody,
            nobody,
            Split.TRAIN,
            Optional.empty(),
            MONDAY);
    test.store().add(prompt).join();
  }

  /// One task that is given to any number of labelers.
  void task(Kind kind, Optional<String> prompt, String note, String... outputs) {
    List<Output> texts = List.of(outputs).stream().map(o -> new Output(o, "secret-model")).toList();
    var batch =
        new TaskBatch(kind.name(), kind, Mode.TRAINING, 9, Optional.empty(), 1, "training-1");
    queue().open(batch, List.of(new Item(prompt, texts, note)), "admin");
  }

  @Override
  public void close() {
    test.close();
  }
}
