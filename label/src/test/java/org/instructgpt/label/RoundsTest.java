package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.instructgpt.label.RoundPlan.Choice;
import org.instructgpt.label.RoundPlan.Preparation;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class RoundsTest {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /// Three models whose outputs are all different.
  public static final OutputSource COUNTING =
      source((model, prompt) -> model + " says " + COUNT.incrementAndGet() + " to " + prompt);

  @TempDir Path folder;

  private interface Writer {
    String write(String model, String prompt) throws Exception;
  }

  private static OutputSource source(Writer writer) {
    return new OutputSource() {
      @Override
      public List<String> models() {
        return List.of("ppo", "supervised", "base");
      }

      @Override
      public List<List<OutputSource.Answer>> answers(String model, List<String> prompts, int k)
          throws Exception {
        List<List<OutputSource.Answer>> all = new ArrayList<>();
        for (String prompt : prompts) {
          List<OutputSource.Answer> some = new ArrayList<>();
          for (int i = 0; i < k; i++) {
            some.add(new OutputSource.Answer(writer.write(model, prompt), true));
          }
          all.add(some);
        }
        return all;
      }
    };
  }

  /// A source that waits for a latch before it answers.
  private static OutputSource waiting(CountDownLatch go) {
    return source((model, prompt) -> {
      go.await();
      return COUNTING.answers(model, List.of(prompt), 1).getFirst().getFirst().text();
    });
  }

  private static RoundPlan plan(List<String> models, int k) {
    var batch =
        new TaskBatch("Round", Kind.COMPARE, Mode.TRAINING, 1, Optional.empty(), 1, "training-1");
    return new RoundPlan(batch, all(), models, k, "rosa");
  }

  private static Choice all() {
    return new Choice(Optional.empty(), Optional.empty(), true, 1000);
  }

  private static Preparation end(Rounds rounds) throws InterruptedException {
    for (int tries = 0; tries < 500; tries++) {
      var latest = rounds.latest().orElseThrow();
      if (!latest.going()) {
        return latest;
      }
      Thread.sleep(10);
    }
    throw new IllegalStateException("the round does not end");
  }

  private static LabelingFixture fixture(Path folder, int prompts) throws Exception {
    var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "lena");
    IntStream.range(0, prompts)
        .forEach(i -> fixture.prompt("p" + i, "Question " + i, Optional.empty()));
    return fixture;
  }

  @Test
  void theEndedFlagOfAnAnswerReachesTheRanking() throws Exception {
    var source =
        new OutputSource() {
          @Override
          public List<String> models() {
            return List.of("ppo");
          }

          @Override
          public List<List<OutputSource.Answer>> answers(
              String model, List<String> prompts, int k) {
            return prompts.stream()
                .map(_ ->
                    List.of(
                        new OutputSource.Answer("whole", true),
                        new OutputSource.Answer("cut off", false)))
                .toList();
          }
        };
    try (var fixture = fixture(folder, 1)) {
      var rounds = new Rounds(fixture.queue, fixture.store, source, new Random(1));
      assertThat(rounds.begin(plan(List.of("ppo"), 2), rounds.prompts(all(), Kind.COMPARE)))
          .isTrue();
      assertThat(end(rounds).batch()).isPresent();
      fixture.submit("lena", fixture.next("lena"));
      assertThat(fixture.store.rankings(Filter.ALL).getFirst().item().outputs())
          .containsExactlyInAnyOrder(
              new Output("whole", "ppo", true), new Output("cut off", "ppo", false));
      assertThat(fixture.store.ratings(Filter.ALL))
          .extracting(each -> each.item().output().ended())
          .containsExactlyInAnyOrder(true, false);
    }
  }

  @Test
  void theOutputsOfAPromptAreSharedEvenlyAndEachModelGetsTheExtraOneAtTimes() throws Exception {
    try (var fixture = fixture(folder, 40)) {
      Map<String, Integer> wrote = new HashMap<>();
      var source =
          source((model, prompt) -> {
            wrote.merge(model, 1, Integer::sum);
            return COUNTING.answers(model, List.of(prompt), 1).getFirst().getFirst().text();
          });
      var rounds = new Rounds(fixture.queue, fixture.store, source, new Random(1));
      var plan = plan(List.of("ppo", "supervised", "base"), 4);
      assertThat(rounds.begin(plan, rounds.prompts(all(), Kind.COMPARE))).isTrue();
      assertThat(end(rounds).batch()).isPresent();
      assertThat(wrote.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(160);
      assertThat(wrote.values()).allSatisfy(count -> assertThat(count).isBetween(41, 79));
      assertThat(fixture.queue.next("lena").orElseThrow().outputs()).hasSize(4);
    }
  }

  @Test
  void duplicateOutputsAreMergedAndPromptsWithOneOutputLeftOut() throws Exception {
    try (var fixture = fixture(folder, 20)) {
      var source = source((model, prompt) -> prompt.endsWith("7") ? "same" : "same " + model);
      var rounds = new Rounds(fixture.queue, fixture.store, source, new Random(1));
      rounds.begin(plan(List.of("ppo", "base"), 4), rounds.prompts(all(), Kind.COMPARE));
      var end = end(rounds);
      assertThat(end.thin()).isEqualTo(2);
      assertThat(end.done()).isEqualTo(20);
      assertThat(fixture.queue.next("lena").orElseThrow().outputs())
          .containsExactlyInAnyOrder("same ppo", "same base");
    }
  }

  /// Models that cannot read some prompts.
  private static OutputSource unable(java.util.function.Predicate<String> toRead) {
    return new OutputSource() {
      @Override
      public List<String> models() {
        return COUNTING.models();
      }

      @Override
      public List<List<OutputSource.Answer>> answers(String model, List<String> prompts, int k)
          throws Exception {
        List<List<OutputSource.Answer>> all = new ArrayList<>();
        for (String prompt : prompts) {
          all.add(
              toRead.test(prompt)
                  ? List.of()
                  : COUNTING.answers(model, List.of(prompt), k).getFirst());
        }
        return all;
      }
    };
  }

  @Test
  void promptsTooLongForAModelAreCountedAsSuch() throws Exception {
    try (var fixture = fixture(folder, 20)) {
      var source = unable(prompt -> prompt.endsWith("7"));
      var rounds = new Rounds(fixture.queue, fixture.store, source, new Random(1));
      rounds.begin(plan(List.of("ppo", "base"), 4), rounds.prompts(all(), Kind.COMPARE));
      var end = end(rounds);
      assertThat(List.of(end.thin(), end.unread())).containsExactly(2, 2);
      assertThat(end.batch()).isPresent();
    }
  }

  @Test
  void aRoundOfOnlyTooLongPromptsFailsWithThatReason() throws Exception {
    try (var fixture = fixture(folder, 3)) {
      var rounds = new Rounds(fixture.queue, fixture.store, unable(_ -> true), new Random(1));
      rounds.begin(plan(List.of("ppo"), 4), rounds.prompts(all(), Kind.COMPARE));
      assertThat(end(rounds).failure().orElseThrow())
          .contains("3 are longer than a model can read", "to 0 the models wrote the same");
    }
  }

  @Test
  void aFailingModelOpensNoBatchAndTheReasonIsStored() throws Exception {
    try (var fixture = fixture(folder, 3)) {
      var source =
          source((_, _) -> {
            throw new IllegalArgumentException("expected a checkpoint, found none");
          });
      var rounds = new Rounds(fixture.queue, fixture.store, source, new Random(1));
      rounds.begin(plan(List.of("ppo"), 4), rounds.prompts(all(), Kind.COMPARE));
      assertThat(end(rounds).failure()).hasValue("expected a checkpoint, found none");
      assertThat(fixture.queue.next("lena")).isEmpty();
    }
  }

  @Test
  void oneRoundIsPreparedAtATime() throws Exception {
    try (var fixture = fixture(folder, 3)) {
      var go = new CountDownLatch(1);
      var source = waiting(go);
      var rounds = new Rounds(fixture.queue, fixture.store, source, new Random(1));
      List<Prompt> prompts = rounds.prompts(all(), Kind.COMPARE);
      assertThat(rounds.begin(plan(List.of("ppo"), 4), prompts)).isTrue();
      assertThat(rounds.begin(plan(List.of("ppo"), 4), prompts)).isFalse();
      go.countDown();
      assertThat(end(rounds).batch()).isPresent();
      assertThat(rounds.begin(plan(List.of("ppo"), 4), prompts)).isTrue();
      end(rounds);
    }
  }

  @Test
  void aStoppedRoundResumesAndSamplesNothingTwice() throws Exception {
    try (var fixture = fixture(folder, 40)) {
      Set<String> kept = new HashSet<>();
      var ending =
          source((model, prompt) -> {
            if (kept.size() == 16 && !kept.contains(prompt)) {
              throw new CancellationException("the program ends");
            }
            kept.add(prompt);
            return COUNTING.answers(model, List.of(prompt), 1).getFirst().getFirst().text();
          });
      var stopped = new Rounds(fixture.queue, fixture.store, ending, new Random(1));
      stopped.begin(plan(List.of("ppo"), 4), stopped.prompts(all(), Kind.COMPARE));
      while (stopped.latest().orElseThrow().done() < 16) {
        Thread.sleep(10);
      }
      assertThat(stopped.begin(plan(List.of("ppo"), 4), List.of())).isFalse();
      var gone = fixture.store.prompts(Filter.ALL).stream().filter(p -> !kept.contains(p.text()));
      fixture.store.erase(
          Set.of(), Set.of(gone.findFirst().orElseThrow().id()), List.of(fixture.queue));

      Map<String, Integer> asked = new HashMap<>();
      var source =
          source((model, prompt) -> {
            asked.merge(prompt, 1, Integer::sum);
            return COUNTING.answers(model, List.of(prompt), 1).getFirst().getFirst().text();
          });
      var rounds = new Rounds(fixture.queue, fixture.store, source, new Random(2));
      rounds.resume();
      assertThat(end(rounds).batch()).isPresent();
      assertThat(asked).hasSize(23).doesNotContainKeys(kept.toArray(String[]::new));
      assertThat(asked.values()).containsOnly(4);
      assertThat(fixture.queue.waiting("lena")).isEqualTo(Map.of(Kind.COMPARE, 39));
    }
  }

  @Test
  void aRoundPreparedByTwoProgramsIsOpenedOnce() throws Exception {
    try (var fixture = fixture(folder, 3)) {
      var go = new CountDownLatch(1);
      var source = waiting(go);
      var rounds = new Rounds(fixture.queue, fixture.store, source, new Random(1));
      rounds.begin(plan(List.of("ppo"), 4), rounds.prompts(all(), Kind.COMPARE));
      var others = new Rounds(fixture.queue, fixture.store, COUNTING, new Random(2));
      others.resume();
      assertThat(end(others).batch()).isPresent();
      go.countDown();
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals("round"))
          .forEach(RoundsTest::await);
      assertThat(rounds.latest().orElseThrow().failure()).isEmpty();
      assertThat(rounds.latest().orElseThrow().done()).isEqualTo(3);
      assertThat(fixture.count("SELECT count(*) FROM label_batch")).isEqualTo(1);
    }
  }

  private static void await(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  @Test
  void aChoiceIsARandomSampleOfItsSplit() throws Exception {
    try (var fixture = fixture(folder, 30)) {
      var rounds = new Rounds(fixture.queue, fixture.store, COUNTING, new Random(1));
      var few = new Choice(Optional.of(Split.TRAIN), Optional.empty(), false, 5);
      var seen = new HashSet<List<Prompt>>();
      for (int i = 0; i < 5; i++) {
        var chosen = rounds.prompts(few, Kind.TAG);
        assertThat(chosen).hasSize(5).doesNotHaveDuplicates();
        seen.add(chosen);
      }
      assertThat(seen).hasSize(5);
      var test = new Choice(Optional.of(Split.TEST), Optional.empty(), false, 5);
      assertThat(rounds.prompts(test, Kind.TAG)).isEmpty();
    }
  }
}
