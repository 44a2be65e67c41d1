package org.instructgpt.simulation;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Split;

/// The prompts that labelers write themselves (paper section 3.2 and App. A.1): plain ones,
/// few-shot ones, and user-based ones for the use cases of a waiting list. Prompts are drawn in
/// groups, each by one labeler: the writer of a [DrawnPrompt] is the id of its group, from which
/// the labeler is drawn.
final class LabelerPrompts {
  /// The most words of a query and its response together in a few-shot prompt.
  private static final int LONGEST_PAIR = 18;

  private static final List<UseCase> FEW_SHOT =
      List.of(UseCase.OPEN_QA, UseCase.CLASSIFICATION, UseCase.REWRITE);

  private static final Set<String> KINDS =
      Stream.of(EntityKind.values()).map(EntityKind::word).collect(toUnmodifiableSet());

  /// The labelers wrote their prompts before the playground opened.
  private static final Instant BEGINNING = Instant.parse("2020-10-01T08:00:00Z");

  private static final Duration PAUSE = Duration.ofMinutes(9);

  /// An application of the waiting list, described without personal details, and the use cases of
  /// its users.
  private record Application(String purpose, List<UseCase> useCases) {}

  private static final List<Application> WAITING_LIST =
      List.of(
          new Application("help children to learn", List.of(UseCase.OPEN_QA, UseCase.CLOSED_QA)),
          new Application("answer a shop's customers", List.of(UseCase.CHAT, UseCase.REWRITE)),
          new Application("write stories and letters", List.of(UseCase.GENERATION)),
          new Application("find names and ideas", List.of(UseCase.BRAINSTORMING)),
          new Application("read long reports", List.of(UseCase.SUMMARIZATION, UseCase.EXTRACT)),
          new Application("sort incoming mail", List.of(UseCase.CLASSIFICATION, UseCase.EXTRACT)));

  private final WorldTasks tasks;
  private final long seed;
  private final PromptIndex plain;
  private final PromptIndex fewShot;
  private final PromptIndex userBased;

  LabelerPrompts(WorldTasks tasks, long seed) {
    this.tasks = tasks;
    this.seed = seed;
    this.plain = new PromptIndex(plain());
    this.fewShot = new PromptIndex(fewShot());
    this.userBased = new PromptIndex(userBased());
  }

  List<Prompt> plain(int count, List<String> writers) {
    return prompts(Prompt.Source.LABELER_PLAIN, plain.first(count), writers);
  }

  List<Prompt> fewShot(int count, List<String> writers) {
    return prompts(Prompt.Source.LABELER_FEW_SHOT, fewShot.first(count), writers);
  }

  List<Prompt> userBased(int count, List<String> writers) {
    return prompts(Prompt.Source.LABELER_USER_BASED, userBased.first(count), writers);
  }

  List<PromptIndex> indexes() {
    return List.of(plain, fewShot, userBased);
  }

  /// @param writers ids of the labelers
  private List<Prompt> prompts(
      Prompt.Source source, List<DrawnPrompt> drawn, List<String> writers) {
    return IntStream.range(0, drawn.size())
        .mapToObj(i -> {
          DrawnPrompt next = drawn.get(i);
          RandomGenerator random = SeededRandom.of(seed, "writer", next.writer());
          Optional<String> writer = Optional.of(RandomChoice.one(writers, random));
          return new Prompt(
              Customers.id(seed, source.name(), i),
              next.text(),
              source,
              writer,
              Optional.empty(),
              Split.Fractions.USUAL.splitOf(writer, Optional.empty(), next.text()),
              Optional.of(next.task().useCase()),
              BEGINNING.plus(PAUSE.multipliedBy(i)));
        })
        .toList();
  }

  private static String newGroup(RandomGenerator random) {
    return Long.toHexString(random.nextLong());
  }

  private static DrawnPrompt drawn(WorldTask task, String group) {
    return new DrawnPrompt(task.prompt(), task, task.prompt(), group);
  }

  /// Any task.
  private Supplier<DrawnPrompt> plain() {
    RandomGenerator random = SeededRandom.of(seed, "plain");
    return () -> drawn(tasks.drawAny(random), newGroup(random));
  }

  private Supplier<DrawnPrompt> userBased() {
    RandomGenerator random = SeededRandom.of(seed, "user-based");
    return () -> {
      Application application = RandomChoice.one(WAITING_LIST, random);
      return drawn(
          tasks.draw(RandomChoice.one(application.useCases(), random), random), newGroup(random));
    };
  }

  /// An instruction with K = 2 or 3 pairs becomes K prompts, each asking the query of one pair
  /// after the other K - 1 pairs.
  private Supplier<DrawnPrompt> fewShot() {
    RandomGenerator random = SeededRandom.of(seed, "few-shot");
    Deque<DrawnPrompt> ready = new ArrayDeque<>();
    return () -> {
      if (ready.isEmpty()) {
        ready.addAll(expanded(pairs(2 + random.nextInt(2), random), newGroup(random)));
      }
      return ready.remove();
    };
  }

  private record Pair(WorldTask task, String response) {
    int words() {
      return Grammar.count(task.prompt()) + Grammar.count(response);
    }
  }

  /// Short tasks of the same form, with good answers.
  private List<Pair> pairs(int count, RandomGenerator random) {
    UseCase useCase = RandomChoice.one(FEW_SHOT, random);
    List<Pair> pairs = new ArrayList<>();
    pairs.add(shortPair(useCase, random));
    Object form = form(pairs.getFirst().task());
    while (pairs.size() < count) {
      Pair next = shortPair(useCase, random);
      if (form(next.task()).equals(form)) {
        pairs.add(next);
      }
    }
    return pairs;
  }

  /// What tasks under one instruction have in common: the form of the goal, and the labels where
  /// there are any. Questions about the kind of an entity are one form, whatever kinds they offer.
  private static Object form(WorldTask task) {
    if (task.goal()
        instanceof WorldTask.Classify(String subject, List<String> labels, String label)) {
      boolean kinds = KINDS.contains(label);
      return kinds ? KINDS : Set.copyOf(labels);
    }
    return task.goal().getClass();
  }

  private Pair shortPair(UseCase useCase, RandomGenerator random) {
    Pair pair = pair(useCase, random);
    while (pair.words() > LONGEST_PAIR) {
      pair = pair(useCase, random);
    }
    return pair;
  }

  private Pair pair(UseCase useCase, RandomGenerator random) {
    WorldTask task = tasks.draw(useCase, random);
    return new Pair(task, tasks.answer(task, AnswerQuality.TERSE, random));
  }

  private static List<DrawnPrompt> expanded(List<Pair> pairs, String group) {
    List<DrawnPrompt> prompts = new ArrayList<>();
    for (int asked = 0; asked < pairs.size(); asked++) {
      StringBuilder text = new StringBuilder();
      for (int shown = 0; shown < pairs.size(); shown++) {
        if (shown != asked) {
          Pair pair = pairs.get(shown);
          text.append(pair.task().prompt()).append('\n').append(pair.response()).append("\n\n");
        }
      }
      WorldTask task = pairs.get(asked).task();
      prompts.add(drawn(Customers.worded(task, text + task.prompt()), group));
    }
    return prompts;
  }
}
