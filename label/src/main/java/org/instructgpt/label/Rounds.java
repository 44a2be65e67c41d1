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
import org.instructgpt.label.RoundStore.Going;
import org.instructgpt.label.RoundStore.Question;
import org.instructgpt.label.TaskQueue.Batch;
import org.instructgpt.label.TaskQueue.Item;
import org.instructgpt.label.TaskQueue.Kind;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// The next round: prompts are chosen, models answer them, and what they wrote becomes tasks for
/// labelers (paper sections 3.1 and 3.2; steps 2 and 3 of Fig. 2 may go on and on with the newest
/// policy).
///
/// Sampling takes its time, so a round is prepared in the background, one at a time; nothing is
/// handed out before all of its outputs are there. What the models wrote is kept as it comes, so
/// that a program that was stopped [goes on][#resume] and asks nothing twice.
public final class Rounds {
  private static final System.Logger LOG = System.getLogger("org.instructgpt.label");

  /// How many prompts are asked at once: what the progress moves by.
  private static final int CHUNK = 16;

  private final TaskQueue desk;
  private final Store store;
  private final Author author;
  private final Supplier<Predicate<Prompt>> usable;
  private final RandomGenerator random;

  /// @param random draws prompts, and which model writes one more; used under a lock
  public Rounds(TaskQueue desk, Store store, Author author, RandomGenerator random) {
    this(desk, store, author, () -> _ -> true, random);
  }

  /// @param usable tells which prompts may be used at this moment
  public Rounds(
      TaskQueue desk,
      Store store,
      Author author,
      Supplier<Predicate<Prompt>> usable,
      RandomGenerator random) {
    this.desk = desk;
    this.store = store;
    this.author = author;
    this.usable = usable;
    this.random = random;
  }

  /// Models at work, as the program that starts the site provides them.
  public interface Author {
    /// The names of those that can be asked, best known first; empty where none can.
    public List<String> models();

    /// `k` answers of a model to each prompt, sampled anew; fewer where the model cannot read the
    /// prompt. Called by one thread at a time.
    ///
    /// @throws java.util.concurrent.CancellationException when the program is about to end; the
    ///   round goes on when it starts again
    List<List<Answer>> answers(String model, List<String> prompts, int k) throws Exception;

    /// Where there are no models.
    static Author nobody() {
      return new Author() {
        @Override
        public List<String> models() {
          return List.of();
        }

        @Override
        public List<List<Answer>> answers(String model, List<String> prompts, int k) {
          throw new IllegalArgumentException("expected a model to ask, found no models");
        }
      };
    }
  }

  /// What a model answered.
  ///
  /// @param ended whether it ended by itself; false if a limit cut it off
  public record Answer(String text, boolean ended) {}

  /// Which prompts a round is about.
  ///
  /// @param fresh only prompts that nobody ranked (or, for demonstrations, demonstrated) so far
  /// @param most how many, chosen at random
  public record Choice(
      Optional<Split> split, Optional<Prompt.Source> source, boolean fresh, int most) {}

  /// What a round asks of whom.
  ///
  /// @param models whose outputs are compared; empty for other kinds of tasks
  /// @param k outputs a prompt, 4 to 9 in the paper
  public record Plan(Batch batch, Choice choice, List<String> models, int k, String by) {
    public Plan {
      models = List.copyOf(models);
    }
  }

  /// How far a round is.
  ///
  /// @param done prompts that are answered
  /// @param thin prompts left out since there were no two different outputs
  /// @param unread those of them that are longer than a model can read
  /// @param batch id, when it is open
  /// @param failure why it ended otherwise
  public record Preparation(
      String name,
      int done,
      int total,
      int thin,
      int unread,
      Optional<String> batch,
      Optional<String> failure) {
    public boolean going() {
      return batch.isEmpty() && failure.isEmpty();
    }
  }

  public List<String> models() {
    return author.models();
  }

  public Optional<Preparation> latest() {
    return store.read(handle -> new RoundStore(handle).latest());
  }

  /// The prompts that a choice means, in random order.
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
  public synchronized boolean begin(Plan plan, List<Prompt> prompts) {
    Optional<Going> begun =
        write(handle -> {
          var book = new RoundStore(handle);
          return book.going().isPresent()
              ? Optional.<Going>empty()
              : Optional.of(book.begin(plan, prompts, desk.now(), random));
        });
    begun.ifPresent(this::start);
    return begun.isPresent();
  }

  /// Goes on with the round in which the program was stopped, if there is one.
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
    var book = new RoundStore(handle);
    if (!book.goes(round.id())) {
      return false;
    }
    List<Item> items = book.items(round.id());
    if (items.isEmpty()) {
      throw new IllegalArgumentException(book.nothing(round.id()));
    }
    book.opened(round.id(), desk.open(handle, round.plan().batch(), items, round.plan().by()));
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
    return AwaitedWrite.done(store.write(work));
  }

  /// K outputs for each prompt, shared among the models as evenly as it goes; who gets one more is
  /// drawn anew for each prompt. The same text twice is one output.
  ///
  /// @param unread gets the places, among the questions, of prompts too long for a model
  private List<List<Output>> answers(
      Plan plan, List<Question> questions, SplittableRandom random, Set<Integer> unread)
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

  /// The rows whose prompts the model could not read.
  private Set<Integer> ask(
      String model, int k, List<Integer> rows, List<Question> questions, List<Set<Output>> outputs)
      throws Exception {
    var texts = rows.stream().map(i -> questions.get(i).text()).toList();
    var answers = author.answers(model, texts, k);
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
