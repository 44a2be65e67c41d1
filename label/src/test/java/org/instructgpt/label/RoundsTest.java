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

  /// Three models that never write the same twice.
  public static final OutputSource COUNTING =
      author((model, prompt) -> model + " says " + COUNT.incrementAndGet() + " to " + prompt);

  @TempDir Path folder;

  private interface Writer {
    String write(String model, String prompt) throws Exception;
  }

  private static OutputSource author(Writer writer) {
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

  /// One that begins to write at a sign.
  private static OutputSource waiting(CountDownLatch go) {
    return author((model, prompt) -> {
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

  private static LabelingFixture town(Path folder, int prompts) throws Exception {
    var town = LabelingFixture.in(folder).people(Pool.TRAINING, "lena");
    IntStream.range(0, prompts)
        .forEach(i -> town.prompt("p" + i, "Question " + i, Optional.empty()));
    return town;
  }

  @Test
  void whetherAnAnswerEndedComesFromTheModelIntoTheRanking() throws Exception {
    var author =
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
    try (var town = town(folder, 1)) {
      var rounds = new Rounds(town.queue, town.store, author, new Random(1));
      assertThat(rounds.begin(plan(List.of("ppo"), 2), rounds.prompts(all(), Kind.COMPARE)))
          .isTrue();
      assertThat(end(rounds).batch()).isPresent();
      town.submit("lena", town.next("lena"));
      assertThat(town.store.rankings(Filter.ALL).getFirst().item().outputs())
          .containsExactlyInAnyOrder(
              new Output("whole", "ppo", true), new Output("cut off", "ppo", false));
      assertThat(town.store.ratings(Filter.ALL))
          .extracting(each -> each.item().output().ended())
          .containsExactlyInAnyOrder(true, false);
    }
  }

  @Test
  void theOutputsOfAPromptAreSharedEvenlyAndEachModelGetsTheExtraOneAtTimes() throws Exception {
    try (var town = town(folder, 40)) {
      Map<String, Integer> wrote = new HashMap<>();
      var author =
          author((model, prompt) -> {
            wrote.merge(model, 1, Integer::sum);
            return COUNTING.answers(model, List.of(prompt), 1).getFirst().getFirst().text();
          });
      var rounds = new Rounds(town.queue, town.store, author, new Random(1));
      var plan = plan(List.of("ppo", "supervised", "base"), 4);
      assertThat(rounds.begin(plan, rounds.prompts(all(), Kind.COMPARE))).isTrue();
      assertThat(end(rounds).batch()).isPresent();
      assertThat(wrote.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(160);
      assertThat(wrote.values()).allSatisfy(count -> assertThat(count).isBetween(41, 79));
      assertThat(town.queue.next("lena").orElseThrow().outputs()).hasSize(4);
    }
  }

  @Test
  void theSameTextTwiceIsOneOutputAndAPromptWithOneOutputIsLeftOut() throws Exception {
    try (var town = town(folder, 20)) {
      var author = author((model, prompt) -> prompt.endsWith("7") ? "same" : "same " + model);
      var rounds = new Rounds(town.queue, town.store, author, new Random(1));
      rounds.begin(plan(List.of("ppo", "base"), 4), rounds.prompts(all(), Kind.COMPARE));
      var end = end(rounds);
      assertThat(end.thin()).isEqualTo(2);
      assertThat(end.done()).isEqualTo(20);
      assertThat(town.queue.next("lena").orElseThrow().outputs())
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
  void aPromptThatIsTooLongForAModelIsLeftOutForThatReason() throws Exception {
    try (var town = town(folder, 20)) {
      var author = unable(prompt -> prompt.endsWith("7"));
      var rounds = new Rounds(town.queue, town.store, author, new Random(1));
      rounds.begin(plan(List.of("ppo", "base"), 4), rounds.prompts(all(), Kind.COMPARE));
      var end = end(rounds);
      assertThat(List.of(end.thin(), end.unread())).containsExactly(2, 2);
      assertThat(end.batch()).isPresent();
    }
  }

  @Test
  void whereAllPromptsAreTooLongNoModelIsSaidToHaveWrittenTheSame() throws Exception {
    try (var town = town(folder, 3)) {
      var rounds = new Rounds(town.queue, town.store, unable(_ -> true), new Random(1));
      rounds.begin(plan(List.of("ppo"), 4), rounds.prompts(all(), Kind.COMPARE));
      assertThat(end(rounds).failure().orElseThrow())
          .contains("3 are longer than a model can read", "to 0 the models wrote the same");
    }
  }

  @Test
  void aModelThatFailsOpensNothingAndTheReasonIsTold() throws Exception {
    try (var town = town(folder, 3)) {
      var author =
          author((_, _) -> {
            throw new IllegalArgumentException("expected a checkpoint, found none");
          });
      var rounds = new Rounds(town.queue, town.store, author, new Random(1));
      rounds.begin(plan(List.of("ppo"), 4), rounds.prompts(all(), Kind.COMPARE));
      assertThat(end(rounds).failure()).hasValue("expected a checkpoint, found none");
      assertThat(town.queue.next("lena")).isEmpty();
    }
  }

  @Test
  void oneRoundIsPreparedAtATime() throws Exception {
    try (var town = town(folder, 3)) {
      var go = new CountDownLatch(1);
      var author = waiting(go);
      var rounds = new Rounds(town.queue, town.store, author, new Random(1));
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
  void aRoundThatWasStoppedGoesOnWhereItWasAndAsksNothingTwice() throws Exception {
    try (var town = town(folder, 40)) {
      Set<String> kept = new HashSet<>();
      var ending =
          author((model, prompt) -> {
            if (kept.size() == 16 && !kept.contains(prompt)) {
              throw new CancellationException("the program ends");
            }
            kept.add(prompt);
            return COUNTING.answers(model, List.of(prompt), 1).getFirst().getFirst().text();
          });
      var stopped = new Rounds(town.queue, town.store, ending, new Random(1));
      stopped.begin(plan(List.of("ppo"), 4), stopped.prompts(all(), Kind.COMPARE));
      while (stopped.latest().orElseThrow().done() < 16) {
        Thread.sleep(10);
      }
      assertThat(stopped.begin(plan(List.of("ppo"), 4), List.of())).isFalse();
      var gone = town.store.prompts(Filter.ALL).stream().filter(p -> !kept.contains(p.text()));
      town.store.erase(Set.of(), Set.of(gone.findFirst().orElseThrow().id()), List.of(town.queue));

      Map<String, Integer> asked = new HashMap<>();
      var author =
          author((model, prompt) -> {
            asked.merge(prompt, 1, Integer::sum);
            return COUNTING.answers(model, List.of(prompt), 1).getFirst().getFirst().text();
          });
      var rounds = new Rounds(town.queue, town.store, author, new Random(2));
      rounds.resume();
      assertThat(end(rounds).batch()).isPresent();
      assertThat(asked).hasSize(23).doesNotContainKeys(kept.toArray(String[]::new));
      assertThat(asked.values()).containsOnly(4);
      assertThat(town.queue.waiting("lena")).isEqualTo(Map.of(Kind.COMPARE, 39));
    }
  }

  @Test
  void aRoundThatTwoProgramsPrepareIsOpenedOnce() throws Exception {
    try (var town = town(folder, 3)) {
      var go = new CountDownLatch(1);
      var author = waiting(go);
      var rounds = new Rounds(town.queue, town.store, author, new Random(1));
      rounds.begin(plan(List.of("ppo"), 4), rounds.prompts(all(), Kind.COMPARE));
      var others = new Rounds(town.queue, town.store, COUNTING, new Random(2));
      others.resume();
      assertThat(end(others).batch()).isPresent();
      go.countDown();
      Thread.getAllStackTraces().keySet().stream()
          .filter(thread -> thread.getName().equals("round"))
          .forEach(RoundsTest::await);
      assertThat(rounds.latest().orElseThrow().failure()).isEmpty();
      assertThat(rounds.latest().orElseThrow().done()).isEqualTo(3);
      assertThat(town.count("SELECT count(*) FROM label_batch")).isEqualTo(1);
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
  void aChoiceTakesNoMoreThanAskedAtRandomAndOnlyOfItsSplit() throws Exception {
    try (var town = town(folder, 30)) {
      var rounds = new Rounds(town.queue, town.store, COUNTING, new Random(1));
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
