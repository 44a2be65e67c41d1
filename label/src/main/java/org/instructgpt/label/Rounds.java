package org.instructgpt.label;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.label.OutputSource.Answer;
import org.instructgpt.label.RoundPlan.Choice;
import org.instructgpt.label.RoundPlan.Preparation;
import org.instructgpt.label.RoundStore.Going;
import org.instructgpt.label.RoundStore.Question;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// Labeling rounds: prompts are chosen, models answer them, and the outputs become tasks for
/// labelers (paper sections 3.1 and 3.2; steps 2 and 3 of Fig. 2 can be repeated with the newest
/// policy).
///
/// Sampling is slow, so a round is prepared in the background, one at a time; its batch opens when
/// all outputs are there. Outputs are stored as they come, so that a restarted program
/// [continues][#resume] and samples nothing twice.
public final class Rounds {
  private static final System.Logger LOG = System.getLogger("org.instructgpt.label");

  /// How many prompts are answered at once, the step of the progress.
  private static final int CHUNK = 16;

  private final TaskQueue queue;
  private final Store store;
  private final OutputSource source;
  private final Supplier<Predicate<Prompt>> usable;
  private final RandomGenerator random;

  /// @param random draws the prompts, and the models that write one output more; used under a lock
  public Rounds(TaskQueue queue, Store store, OutputSource source, RandomGenerator random) {
    this(queue, store, source, () -> _ -> true, random);
  }

  /// @param usable supplies the test of which prompts may be used now
  public Rounds(
      TaskQueue queue,
      Store store,
      OutputSource source,
      Supplier<Predicate<Prompt>> usable,
      RandomGenerator random) {
    this.queue = queue;
    this.store = store;
    this.source = source;
    this.usable = usable;
    this.random = random;
  }

  public List<String> models() {
    return source.models();
  }

  public Optional<Preparation> latest() {
    return store.read(handle -> new RoundStore(handle).latest());
  }

  /// The prompts that a choice selects, in random order.
  public List<Prompt> prompts(Choice choice, Kind kind) {
    Filter filter = new Filter(choice.split(), choice.source(), Optional.empty(), Optional.empty());
    Set<String> known = choice.fresh() ? known(kind) : Set.of();
    List<Prompt> found = new ArrayList<>(store.prompts(filter));
    found.removeIf(prompt -> known.contains(prompt.id()));
    found.removeIf(usable.get().negate());
    Collections.shuffle(found, Random.from(new SplittableRandom(draw())));
    return List.copyOf(found.subList(0, Math.min(choice.most(), found.size())));
  }

  private Set<String> known(Kind kind) {
    return switch (kind) {
      case COMPARE ->
          store.rankings(Filter.ALL).stream()
              .map(given -> given.item().promptId())
              .collect(Collectors.toSet());
      case DEMONSTRATE ->
          store.demonstrations(Filter.ALL).stream()
              .map(given -> given.item().promptId())
              .collect(Collectors.toSet());
      case PLAIN, FEW_SHOT, USER_BASED, TAG -> Set.of();
    };
  }

  /// Prepares and opens a round in the background; false while another one is being prepared.
  public synchronized boolean begin(RoundPlan plan, List<Prompt> prompts) {
    Optional<Going> begun =
        write(handle -> {
          var rounds = new RoundStore(handle);
          return rounds.going().isPresent()
              ? Optional.<Going>empty()
              : Optional.of(rounds.begin(plan, prompts, queue.now(), random));
        });
    begun.ifPresent(this::start);
    return begun.isPresent();
  }

  /// Continues the round that was being prepared when the program stopped, if there is one.
  public void resume() {
    store.read(handle -> new RoundStore(handle).going()).ifPresent(this::start);
  }

  private void start(Going round) {
    Thread.ofPlatform().daemon().name("round").start(() -> prepare(round));
  }

  private synchronized long draw() {
    return random.nextLong();
  }

  private void prepare(Going round) {
    try {
      var extras = new SplittableRandom(draw());
      for (var next = next(round); !next.isEmpty(); next = next(round)) {
        var questions = next;
        var unread = new HashSet<Integer>();
        var outputs = answers(round.plan(), questions, extras, unread);
        write(handle -> {
          new RoundStore(handle).keep(round.id(), questions, outputs, unread);
          return true;
        });
      }
      write(handle -> opened(handle, round));
    } catch (CancellationException | InterruptedException stopped) {
      LOG.log(Level.INFO, "a round was stopped and goes on with the next start");
    } catch (Exception failure) {
      fail(round, String.valueOf(failure.getMessage()));
    }
  }

  private List<Question> next(Going round) {
    return store.read(handle -> new RoundStore(handle).open(round.id(), CHUNK));
  }

  private boolean opened(Handle handle, Going round) {
    var rounds = new RoundStore(handle);
    if (!rounds.goes(round.id())) {
      return false;
    }
    List<Item> items = rounds.items(round.id());
    if (items.isEmpty()) {
      throw new IllegalArgumentException(rounds.nothing(round.id()));
    }
    rounds.opened(round.id(), queue.open(handle, round.plan().batch(), items, round.plan().by()));
    return true;
  }

  private void fail(Going round, String reason) {
    try {
      write(handle -> {
        new RoundStore(handle).failed(round.id(), reason);
        return true;
      });
    } catch (RuntimeException closed) {
      LOG.log(Level.WARNING, "a round ended and goes on with the next start: " + reason, closed);
    }
  }

  private <T> T write(Function<Handle, T> work) {
    return store.writeNow(work);
  }

  /// K outputs for each prompt, divided among the models as evenly as possible; which models write
  /// one more is drawn for each prompt. Duplicate texts become one output.
  ///
  /// @param unread receives the indices of questions whose prompts are too long for a model
  private List<List<Output>> answers(
      RoundPlan plan, List<Question> questions, SplittableRandom random, Set<Integer> unread)
      throws Exception {
    List<Set<Output>> outputs = new ArrayList<>();
    List<List<String>> orders = new ArrayList<>();
    for (var _ : questions) {
      outputs.add(new LinkedHashSet<>());
      List<String> order = new ArrayList<>(plan.models());
      Collections.shuffle(order, Random.from(random));
      orders.add(order);
    }
    int models = plan.models().size();
    for (String model : plan.models()) {
      for (int extra = 0; extra <= 1; extra++) {
        int k = plan.k() / models + extra;
        int more = extra;
        List<Integer> rows = rows(orders, o -> gets(o, model, plan.k() % models) == more);
        if (k > 0 && !rows.isEmpty()) {
          unread.addAll(ask(model, k, rows, questions, outputs));
        }
      }
    }
    return outputs.stream().<List<Output>>map(List::copyOf).toList();
  }

  private static int gets(List<String> order, String model, int extras) {
    return order.indexOf(model) < extras ? 1 : 0;
  }

  private static List<Integer> rows(List<List<String>> orders, Predicate<List<String>> wanted) {
    return IntStream.range(0, orders.size())
        .filter(i -> wanted.test(orders.get(i)))
        .boxed()
        .toList();
  }

  /// Samples `k` outputs of one model for some rows; returns the rows whose prompts were too long.
  private Set<Integer> ask(
      String model, int k, List<Integer> rows, List<Question> questions, List<Set<Output>> outputs)
      throws Exception {
    var texts = rows.stream().map(i -> questions.get(i).text()).toList();
    var answers = source.answers(model, texts, k);
    Set<Integer> unread = new HashSet<>();
    for (int j = 0; j < rows.size(); j++) {
      if (answers.get(j).isEmpty()) {
        unread.add(rows.get(j));
      }
      Set<Output> mine = outputs.get(rows.get(j));
      for (Answer answer : answers.get(j)) {
        if (mine.stream().noneMatch(o -> o.text().equals(answer.text()))) {
          mine.add(new Output(answer.text(), model, answer.ended()));
        }
      }
    }
    return unread;
  }
}
