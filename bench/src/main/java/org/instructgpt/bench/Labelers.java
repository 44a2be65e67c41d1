package org.instructgpt.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.instructgpt.label.Desk;
import org.instructgpt.label.Desk.Batch;
import org.instructgpt.label.Desk.Item;
import org.instructgpt.label.Desk.Kind;
import org.instructgpt.label.Desk.Lease;
import org.instructgpt.label.Desk.Mode;
import org.instructgpt.label.Desk.Submission;
import org.instructgpt.label.Work;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;

/// Simulated labelers who never pause: each takes the next item, keeps a draft now and then, hands
/// the work in, and says so in a [Journal].
///
/// @param people how many of them, each a virtual thread
/// @param draftEvery of how many items one gets a draft before it is handed in; 0 for none
record Labelers(Desk desk, Journal journal, int people, int draftEvery) {

  /// How long calls took, in microseconds.
  record Timings(ConcurrentHistogram next, ConcurrentHistogram submit, ConcurrentHistogram draft) {
    Timings() {
      this(new ConcurrentHistogram(3), new ConcurrentHistogram(3), new ConcurrentHistogram(3));
    }
  }

  static String name(int i) {
    return "labeler-" + i;
  }

  /// People, prompts and one batch of items for them.
  static void prepare(Store store, Desk desk, int people, int items, Batch batch) {
    store
        .add(
            IntStream.range(0, people)
                .mapToObj(i -> new Labeler(name(i), Labeler.Pool.TRAINING))
                .toList())
        .join();
    var prompts = new ArrayList<Prompt>();
    for (int i = 0; i < items; i++) {
      prompts.add(
          new Prompt(
              batch.name() + "-" + i,
              "What is the answer to question " + i + "?",
              Prompt.Source.IMPORTED,
              java.util.Optional.empty(),
              java.util.Optional.empty(),
              Split.TRAIN,
              java.util.Optional.empty(),
              Instant.EPOCH));
    }
    store.add(prompts).join();
    List<Output> outputs =
        batch.kind() == Kind.COMPARE
            ? IntStream.range(0, 4).mapToObj(i -> new Output("Answer " + i + ".", "m" + i)).toList()
            : List.of();
    desk.open(
        batch,
        prompts.stream()
            .map(prompt -> new Item(java.util.Optional.of(prompt.id()), outputs, ""))
            .toList(),
        "bench");
  }

  static Batch batch(String name, Kind kind, int overlap) {
    return new Batch(name, kind, Mode.TRAINING, overlap, java.util.Optional.empty(), 0, "bench-1");
  }

  /// Works until nothing is left or it is time to stop; how many submissions were acknowledged.
  int work(Timings timings, BooleanSupplier stop) {
    var submitted = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all =
          IntStream.range(0, people)
              .mapToObj(i -> threads.submit(() -> work(name(i), timings, stop, submitted)))
              .toList();
      for (var one : all) {
        try {
          one.get();
        } catch (java.util.concurrent.ExecutionException | InterruptedException failure) {
          throw new IllegalStateException("a labeler failed", failure);
        }
      }
    }
    return submitted.get();
  }

  private void work(String who, Timings timings, BooleanSupplier stop, AtomicInteger submitted) {
    int turn = 0;
    while (!stop.getAsBoolean()) {
      var lease = timed(timings.next(), () -> desk.next(who));
      if (lease.isEmpty()) {
        return;
      }
      String item = lease.get().item();
      if (draftEvery > 0 && turn++ % draftEvery == 0) {
        long version = 1 + lease.get().draft().map(Desk.Draft::version).orElse(0L);
        timed(
            timings.draft(),
            () -> desk.draft(who, item, version, "{\"text\":\"" + version + "\"}"));
        journal.drafted(who, item, version);
      }
      String id = UUID.randomUUID().toString();
      journal.trying(id, who, item, lease.get().kind());
      timed(timings.submit(), () -> desk.submit(who, submission(id, item, work(lease.get(), id))));
      journal.acknowledged(id);
      submitted.incrementAndGet();
    }
  }

  /// What a client does whose server died: it hands in again, under the same name, what got no
  /// answer.
  void retry(Journal.Read read) {
    read.unanswered()
        .forEach((id, attempt) -> {
          Work work =
              attempt.kind() == Kind.COMPARE ? ranked() : new Work.Demonstrated("Answer " + id);
          desk.submit(attempt.labeler(), submission(id, attempt.item(), work));
          journal.acknowledged(id);
        });
  }

  private static Work work(Lease lease, String id) {
    return lease.kind() == Kind.COMPARE ? ranked() : new Work.Demonstrated("Answer " + id);
  }

  private static Work ranked() {
    return new Work.Compared(
        IntStream.rangeClosed(1, 4)
            .mapToObj(i -> new Work.Rated(i, java.util.Set.of(), ""))
            .toList(),
        List.of(4, 3, 2, 2));
  }

  private static Submission submission(String id, String item, Work work) {
    return new Submission(id, item, "", work, Instant.EPOCH, 1);
  }

  private static <T> T timed(ConcurrentHistogram times, Supplier<T> call) {
    long began = System.nanoTime();
    T result = call.get();
    times.recordValue((System.nanoTime() - began) / 1000);
    return result;
  }

  /// What must hold of a store, as names and how often it does not.
  static Map<String, Long> breaches(Store store) {
    return store.read(handle -> {
      var checks =
          Map.of(
              "an item annotated more than once by one labeler",
                  """
                  SELECT count(*) FROM (SELECT item FROM label_annotation WHERE outcome = 'counted'
                  GROUP BY item, labeler HAVING count(*) > 1) twice\
                  """,
              "an item with more annotations than its overlap",
                  """
                  SELECT count(*) FROM (SELECT a.item FROM label_annotation a
                  JOIN label_item i ON i.id = a.item JOIN label_batch b ON b.id = i.batch
                  WHERE a.outcome = 'counted'
                  GROUP BY a.item, b.overlap HAVING count(*) > b.overlap) above\
                  """,
              "a filled slot without its annotation",
                  """
                  SELECT count(*) FROM label_slot s WHERE s.state = 'done' AND NOT EXISTS
                  (SELECT 1 FROM label_annotation a WHERE a.item = s.item AND a.labeler = s.labeler
                   AND a.outcome = 'counted')\
                  """,
              "an annotation that counts without its slot",
                  """
                  SELECT count(*) FROM label_annotation a WHERE a.outcome = 'counted' AND NOT EXISTS
                  (SELECT 1 FROM label_slot s WHERE s.item = a.item AND s.labeler = a.labeler
                   AND s.state = 'done')\
                  """,
              "an annotation that counts without its record",
                  """
                  SELECT count(*) FROM label_annotation a WHERE a.outcome = 'counted'
                  AND NOT EXISTS (SELECT 1 FROM demonstration d WHERE d.id = a.id || '-d')
                  AND NOT EXISTS (SELECT 1 FROM ranking r WHERE r.id = a.id || '-k')\
                  """,
              "a record without its annotation",
                  """
                  SELECT count(*) FROM demonstration d WHERE NOT EXISTS
                  (SELECT 1 FROM label_annotation a WHERE d.id = a.id || '-d'
                   AND a.outcome = 'counted')\
                  """);
      var found = new java.util.TreeMap<String, Long>();
      checks.forEach((name, sql) -> {
        long times = handle.createQuery(sql).mapTo(Long.class).one();
        if (times > 0) {
          found.put(name, times);
        }
      });
      return found;
    });
  }
}
