package org.instructgpt.project;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.instructgpt.collect.CurationOutcome;
import org.instructgpt.files.Count;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.records.WithPrompt;

/// What a training may learn from: what people gave, as the last curation left it, without what
/// customers have withdrawn. It remembers what it gave out, so that a model can be asked later whom
/// it learned from.
public final class TrainingData implements AutoCloseable {
  private final Store store;
  private final CurationOutcome curated;
  private final long later;
  private final InstantSource clock;
  private final SortedSet<String> used = new TreeSet<>();

  private TrainingData(Store store, CurationOutcome curated, InstantSource clock) {
    this.store = store;
    this.clock = clock;
    this.curated = curated;
    var after = new AtomicLong();
    store.eachPrompt(Filter.ALL, prompt -> after.addAndGet(curated.isLater(prompt) ? 1 : 0));
    this.later = after.get();
  }

  public static TrainingData of(Workspace workspace, InstantSource clock) throws IOException {
    var store = workspace.store();
    taken(store, "training", clock);
    return new TrainingData(store, CurationOutcome.of(store), clock);
  }

  /// Hands on the prompts of a split, one after another; none is kept here but its id.
  public void prompts(Split split, Consumer<Prompt> consumer) {
    store.eachPrompt(
        Filter.ALL,
        prompt ->
            curated
                .of(prompt, split)
                .ifPresent(usable -> {
                  used.add(usable.id());
                  consumer.accept(usable);
                }));
  }

  /// The same of demonstrations.
  public void demonstrations(Split split, Consumer<WithPrompt<Demonstration>> consumer) {
    store.eachDemonstration(Filter.ALL, given -> given(given, split, consumer));
  }

  /// The same of rankings.
  public void rankings(Split split, Consumer<WithPrompt<Ranking>> consumer) {
    store.eachRanking(Filter.ALL, given -> given(given, split, consumer));
  }

  private <T extends Feedback> void given(
      WithPrompt<T> given, Split split, Consumer<WithPrompt<T>> consumer) {
    curated
        .of(given, split)
        .ifPresent(usable -> {
          used.add(usable.prompt().id());
          used.add(usable.item().id());
          consumer.accept(usable);
        });
  }

  /// The ids of all records that were given out.
  public SortedSet<String> used() {
    return used;
  }

  /// What a person should know before a training begins.
  public Optional<String> note() {
    return later == 0
        ? Optional.empty()
        : Optional.of(
            "%s after the last curation and %s not used; instructgpt curate looks at what is new"
                .formatted(
                    Count.of(later, "prompt came", "prompts came"), later == 1 ? "is" : "are"));
  }

  /// Notes that what is there was taken out, so that nobody corrects it any more.
  public static void taken(Store store, String by, InstantSource clock) {
    store
        .write(handle -> {
          store.take(handle, by, clock.instant());
          return true;
        })
        .join();
  }

  @Override
  public void close() {
    taken(store, "training", clock); // what came while this was read may be among it
    store.close();
  }
}
