package org.instructgpt.label;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGeneratorFactory;
import org.instructgpt.label.LabelerWork.Compared;
import org.instructgpt.label.LabelerWork.Rated;
import org.instructgpt.label.Submission.Receipt;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.Dialect;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.instructgpt.web.Audit;

/// A test fixture: a store with labelers, prompts and a task queue, and a clock that moves on
/// demand.
final class LabelingFixture implements AutoCloseable {
  static final Instant NOON = Instant.parse("2022-03-04T12:00:00Z");

  final Store store;
  final TaskQueue queue;
  final Screening screening;
  private Instant now = NOON;

  private LabelingFixture(Store store) throws Exception {
    this.store = store;
    InstantSource clock = () -> now;
    // Only the single writer thread draws from it, so the draws are reproducible.
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    this.queue = TaskQueue.open(store, Audit.open(store, clock), clock, random);
    this.screening = Screening.open(store, Audit.open(store, clock), clock, random);
  }

  static LabelingFixture in(Path folder) throws Exception {
    return new LabelingFixture(Store.open(folder.resolve("feedback.db")));
  }

  /// On SQLite, or on the embedded PostgreSQL server.
  static LabelingFixture on(Dialect dialect, Path folder) throws Exception {
    return dialect == Dialect.SQLITE
        ? in(folder)
        : new LabelingFixture(Store.open(TestServer.database()));
  }

  void later(Duration time) {
    now = now.plus(time);
  }

  Instant now() {
    return now;
  }

  LabelingFixture people(Pool pool, String... names) {
    for (String name : names) {
      store.add(new Labeler(name, pool)).join();
    }
    return this;
  }

  String prompt(String id, String text, Optional<String> user) {
    var prompt = prompt(id, text);
    store
        .add(
            new Prompt(
                id,
                text,
                prompt.source(),
                user,
                Optional.empty(),
                prompt.split(),
                Optional.empty(),
                NOON))
        .join();
    return id;
  }

  private static Prompt prompt(String id, String text) {
    return new Prompt(
        id,
        text,
        Prompt.Source.CUSTOMER,
        Optional.empty(),
        Optional.empty(),
        Split.TRAIN,
        Optional.empty(),
        NOON);
  }

  static TaskBatch batch(Kind kind, int overlap) {
    return new TaskBatch("batch", kind, Mode.TRAINING, overlap, Optional.empty(), 0, "training-1");
  }

  /// Opens a batch of one kind about new prompts; returns its id.
  String open(TaskBatch batch, int items) {
    boolean writes = List.of(Kind.PLAIN, Kind.FEW_SHOT, Kind.USER_BASED).contains(batch.kind());
    var prompts = new ArrayList<Prompt>();
    var list = new ArrayList<Item>();
    for (int i = 0; i < items; i++) {
      var prompt = prompt(UUID.randomUUID().toString(), "Question " + i);
      prompts.add(prompt);
      list.add(
          new Item(
              writes ? Optional.empty() : Optional.of(prompt.id()),
              batch.kind() == Kind.COMPARE ? outputs(4) : List.of(),
              batch.kind() == Kind.USER_BASED ? "Help with letters" : ""));
    }
    if (!writes) {
      store.add(prompts).join();
    }
    return queue.open(batch, list, "researcher");
  }

  static List<Output> outputs(int k) {
    var outputs = new ArrayList<Output>();
    for (int i = 0; i < k; i++) {
      outputs.add(new Output("answer " + i, "model-" + i));
    }
    return outputs;
  }

  Lease next(String labeler) {
    return queue.next(labeler).orElseThrow();
  }

  /// Work that fits a lease.
  static LabelerWork fitting(Lease lease) {
    return switch (lease.kind()) {
      case PLAIN, USER_BASED -> new LabelerWork.Written("写一首关于月亮的诗 🌙");
      case FEW_SHOT ->
          new LabelerWork.FewShot(
              "Say how it feels.",
              List.of(new LabelerWork.Pair("Sun", "good"), new LabelerWork.Pair("Rain", "bad")));
      case DEMONSTRATE -> new LabelerWork.Demonstrated("An answer");
      case COMPARE -> ranked(lease);
      case TAG ->
          new LabelerWork.Tagged(
              Set.of(LabelerWork.Tag.AMBIGUOUS), Optional.of(Prompt.UseCase.REWRITE), false);
    };
  }

  /// Outputs in the order of their texts, "answer 0" best.
  static Compared ranked(Lease lease) {
    var sorted = lease.outputs().stream().sorted().toList();
    return new Compared(
        lease.outputs().stream()
            .map(text -> new Rated(7 - sorted.indexOf(text), Set.of(), ""))
            .toList(),
        lease.outputs().stream().map(text -> 1 + sorted.indexOf(text)).toList());
  }

  static Submission submission(Lease lease) {
    return submission(UUID.randomUUID().toString(), lease, fitting(lease));
  }

  static Submission submission(String id, Lease lease, LabelerWork work) {
    return new Submission(id, lease.item(), lease.token(), work, NOON, 1000);
  }

  /// Leases the next task and hands it in a second later.
  Receipt work(String labeler) {
    var lease = next(labeler);
    later(Duration.ofSeconds(1));
    return submit(labeler, lease);
  }

  Receipt submit(String labeler, Lease lease) {
    return queue.submit(labeler, submission(lease));
  }

  int count(String sql) {
    return store.read(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
  }

  @Override
  public void close() {
    store.close();
  }
}
