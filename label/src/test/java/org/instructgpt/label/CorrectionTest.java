package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.Workplace.batch;
import static org.instructgpt.label.Workplace.submission;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.instructgpt.label.TaskQueue.Item;
import org.instructgpt.label.TaskQueue.Kind;
import org.instructgpt.label.TaskQueue.Lease;
import org.instructgpt.label.TaskQueue.Rejected;
import org.instructgpt.label.TaskQueue.Rejected.Why;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Store.Dialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CorrectionTest {
  @TempDir Path folder;

  private Workplace place(Dialect dialect) throws Exception {
    return Workplace.on(dialect, folder).people(Pool.TRAINING, "ann", "bob");
  }

  private static TaskQueue.Receipt correct(Workplace place, Lease lease, LabelerWork work) {
    return place.desk.correct(
        "ann", submission(UUID.randomUUID().toString(), lease, work), ZoneOffset.UTC);
  }

  private static void stays(Workplace place, Lease lease, LabelerWork work, Why why) {
    assertThatThrownBy(() -> correct(place, lease, work))
        .isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.why()).isEqualTo(why));
  }

  private static List<String> responses(Workplace place) {
    return place.store.demonstrations(Filter.ALL).stream().map(d -> d.item().response()).toList();
  }

  @ParameterizedTest
  @EnumSource
  void modelsLearnFromTheCorrectedWorkAndAllVersionsAreKept(Dialect dialect) throws Exception {
    try (var place = place(dialect)) {
      place.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = place.next("ann");
      place.desk.submit(
          "ann",
          submission(UUID.randomUUID().toString(), lease, new LabelerWork.Demonstrated("one")));
      place.later(Duration.ofMinutes(1));
      String id = UUID.randomUUID().toString();
      var two = submission(id, lease, new LabelerWork.Demonstrated("two"));
      var receipt = place.desk.correct("ann", two, ZoneOffset.UTC);
      assertThat(place.desk.correct("ann", two, ZoneOffset.UTC)).isEqualTo(receipt);
      place.later(Duration.ofMinutes(1));
      correct(place, lease, new LabelerWork.Demonstrated("three"));
      assertThat(responses(place)).containsExactly("three");
      assertThat(place.count("SELECT count(*) FROM label_annotation")).isEqualTo(1);
      assertThat(place.count("SELECT count(*) FROM label_version")).isEqualTo(3);
      assertThat(place.count("SELECT count(*) FROM web_audit WHERE action = 'submitted'"))
          .isEqualTo(1);
      assertThat(place.count("SELECT count(*) FROM web_audit WHERE action = 'corrected'"))
          .isEqualTo(2);
      assertThat(place.desk.history("ann", 9)).hasSize(1);
      var mine = place.desk.mine("ann", lease.item(), ZoneOffset.UTC).orElseThrow();
      assertThat(mine.handedIn().orElseThrow().versions()).isEqualTo(3);
      assertThat(mine.handedIn().orElseThrow().newest().work())
          .isEqualTo(new LabelerWork.Demonstrated("three"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "PLAIN", mode = EnumSource.Mode.EXCLUDE)
  void everyKindOfWorkIsCorrectedWithItsRecords(Kind kind) throws Exception {
    try (var place = place(Dialect.SQLITE)) {
      place.open(batch(kind, 1), 1);
      var lease = place.next("ann");
      place.submit("ann", lease);
      var before = place.store.counts();
      LabelerWork other =
          switch (kind) {
            case PLAIN, USER_BASED -> new LabelerWork.Written("Another one");
            case FEW_SHOT ->
                new LabelerWork.FewShot(
                    "Say it.",
                    List.of(new LabelerWork.Pair("A", "b"), new LabelerWork.Pair("C", "d")));
            case DEMONSTRATE -> new LabelerWork.Demonstrated("Another one");
            case COMPARE ->
                new LabelerWork.Compared(
                    lease.outputs().stream()
                        .map(_ -> new LabelerWork.Rated(1, Set.of(), "x"))
                        .toList(),
                    List.of(1, 1, 1, 1));
            case TAG -> new LabelerWork.Tagged(Set.of(), Optional.of(Prompt.UseCase.CHAT), true);
          };
      correct(place, lease, other);
      assertThat(place.store.counts()).isEqualTo(before);
      switch (kind) {
        case COMPARE ->
            assertThat(place.store.rankings(Filter.ALL).getFirst().item().ranks())
                .containsExactly(1, 1, 1, 1);
        case TAG ->
            assertThat(place.store.prompts(Filter.ALL).getFirst().useCase())
                .contains(Prompt.UseCase.CHAT);
        case DEMONSTRATE -> assertThat(responses(place)).containsExactly("Another one");
        default ->
            assertThat(place.store.prompts(Filter.ALL))
                .allMatch(p -> p.text().startsWith("Another") || p.text().startsWith("Say it."));
      }
    }
  }

  @Test
  void whatWasTakenOutStaysAsItIs() throws Exception {
    try (var place = place(Dialect.SQLITE)) {
      place.open(batch(Kind.DEMONSTRATE, 1), 2);
      var first = place.next("ann");
      place.submit("ann", first);
      place.later(Duration.ofMinutes(1));
      place
          .store
          .write(handle -> {
            place.store.take(handle, "reward", place.now());
            return true;
          })
          .join();
      place.later(Duration.ofMinutes(1));
      var second = place.next("ann");
      place.submit("ann", second);
      stays(place, first, new LabelerWork.Demonstrated("late"), Why.USED);
      correct(place, second, new LabelerWork.Demonstrated("in time"));
      assertThat(responses(place)).containsExactly("An answer", "in time");
    }
  }

  @Test
  void aPromptThatATaskIsAboutStaysAsItIs() throws Exception {
    try (var place = place(Dialect.SQLITE)) {
      place.open(batch(Kind.PLAIN, 1), 1);
      var lease = place.next("ann");
      place.submit("ann", lease);
      correct(place, lease, new LabelerWork.Written("better"));
      String prompt = place.store.prompts(Filter.ALL).getFirst().id();
      place.desk.open(
          batch(Kind.DEMONSTRATE, 1), List.of(new Item(Optional.of(prompt), List.of(), "")), "r");
      stays(place, lease, new LabelerWork.Written("too late"), Why.USED);
    }
  }

  @Test
  void theDayEndsWhereTheLabelerIs() throws Exception {
    try (var place = place(Dialect.SQLITE)) {
      place.open(batch(Kind.DEMONSTRATE, 1), 1);
      var lease = place.next("ann");
      place.submit("ann", lease);
      place.later(Duration.ofHours(13)); // 1 o'clock in London, 17 in Los Angeles
      var late = submission(UUID.randomUUID().toString(), lease, new LabelerWork.Demonstrated("x"));
      assertThatThrownBy(() -> place.desk.correct("ann", late, ZoneId.of("Europe/London")))
          .isInstanceOfSatisfying(
              Rejected.class, no -> assertThat(no.why()).isEqualTo(Why.DAY_OVER));
      place.desk.correct("ann", late, ZoneId.of("America/Los_Angeles"));
      assertThat(
              DailyTotal.today(place.desk, "ann", place.now(), ZoneId.of("Europe/London")).count())
          .isEqualTo(1); // handed in yesterday, corrected today
    }
  }

  @Test
  void nobodyCorrectsWhatIsNotHandedInOrNotTheirs() throws Exception {
    try (var place = place(Dialect.SQLITE)) {
      place.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = place.next("ann");
      stays(place, lease, new LabelerWork.Demonstrated("x"), Why.NOT_HANDED_IN);
      place.submit("ann", lease);
      assertThatThrownBy(() ->
              place.desk.correct(
                  "bob",
                  submission(
                      UUID.randomUUID().toString(), lease, new LabelerWork.Demonstrated("x")),
                  ZoneOffset.UTC))
          .isInstanceOfSatisfying(
              Rejected.class, no -> assertThat(no.why()).isEqualTo(Why.NOT_YOURS));
    }
  }
}
