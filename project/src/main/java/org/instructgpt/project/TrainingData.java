package org.instructgpt.project;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.instructgpt.collect.CurationOutcome;
import org.instructgpt.collect.CustomerFeedback;
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
/// customers have withdrawn. What [customers said of answers][CustomerFeedback] is among it only
/// where that is asked for. It remembers what it gave out, so that a model can be asked later whom
/// it learned from.
public final class TrainingData implements AutoCloseable {
  private final Store store;
  private final CurationOutcome curated;
  private final long later;
  private final InstantSource clock;
  private final CustomerFeedback feedback;
  private final boolean fromFeedback;
  private final SortedSet<String> used = new TreeSet<>();
  private final Set<String> unused = new HashSet<>();

  private TrainingData(
      Store store, CurationOutcome curated, InstantSource clock, boolean fromFeedback)
      throws IOException {
    this.store = store;
    this.clock = clock;
    this.curated = curated;
    this.feedback = CustomerFeedback.open(store);
    this.fromFeedback = fromFeedback;
    var after = new AtomicLong();
    store.eachPrompt(Filter.ALL, prompt -> after.addAndGet(curated.isLater(prompt) ? 1 : 0));
    this.later = after.get();
  }

  /// Without what customers said of answers.
  public static TrainingData of(Workspace workspace, InstantSource clock) throws IOException {
    return of(workspace, clock, false);
  }

  /// What a training with these options may learn from.
  static TrainingData of(Workspace workspace, RunOptions options) throws IOException {
    return of(workspace, options.clock(), options.fromFeedback());
  }

  private static TrainingData of(Workspace workspace, InstantSource clock, boolean fromFeedback)
      throws IOException {
    var store = workspace.store();
    taken(store, "training", clock);
    return new TrainingData(store, CurationOutcome.of(store), clock, fromFeedback);
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
    feedback.eachRewritten(given -> said(given, split, consumer));
  }

  /// The same of rankings.
  public void rankings(Split split, Consumer<WithPrompt<Ranking>> consumer) {
    store.eachRanking(Filter.ALL, given -> given(given, split, consumer));
    feedback.each(given -> said(given, split, consumer));
  }

  private <T extends Feedback> void said(
      WithPrompt<T> given, Split split, Consumer<WithPrompt<T>> consumer) {
    if (fromFeedback) {
      given(given, split, consumer);
    } else if (curated.of(given, split).isPresent()) {
      unused.add(given.item().id());
    }
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
    var notes = new ArrayList<String>();
    if (later > 0) {
      notes.add(
          "%s after the last curation and %s not used; instructgpt curate looks at what is new"
              .formatted(
                  Count.of(later, "prompt came", "prompts came"), later == 1 ? "is" : "are"));
    }
    if (!unused.isEmpty()) {
      notes.add(
          "what customers said of answers is not learned from, %s; --from-feedback adds it"
              .formatted(Count.of(unused.size(), "entry", "entries")));
    }
    return notes.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", notes));
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
