package org.instructgpt.project;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
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
    this.later = curated.later(store.prompts(Filter.ALL));
  }

  public static TrainingData of(Workspace workspace, InstantSource clock) throws IOException {
    var store = workspace.store();
    taken(store, "training", clock);
    return new TrainingData(store, CurationOutcome.of(store), clock);
  }

  public List<Prompt> prompts(Split split) {
    var prompts = curated.prompts(store.prompts(Filter.ALL), split);
    prompts.forEach(prompt -> used.add(prompt.id()));
    return prompts;
  }

  public List<WithPrompt<Demonstration>> demonstrations(Split split) {
    return noted(curated.given(store.demonstrations(Filter.ALL), split));
  }

  public List<WithPrompt<Ranking>> rankings(Split split) {
    return noted(curated.given(store.rankings(Filter.ALL), split));
  }

  private <T extends Feedback> List<WithPrompt<T>> noted(List<WithPrompt<T>> given) {
    for (var each : given) {
      used.add(each.prompt().id());
      used.add(each.item().id());
    }
    return given;
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
