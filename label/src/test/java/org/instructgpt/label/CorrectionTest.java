package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.LabelingFixture.batch;
import static org.instructgpt.label.LabelingFixture.submission;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.instructgpt.label.Rejected.Why;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Dialect;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Prompt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
class CorrectionTest {
  @TempDir Path folder;

  private LabelingFixture fixture(Dialect dialect) throws Exception {
    return LabelingFixture.on(dialect, folder).people(Pool.TRAINING, "ann", "bob");
  }

  private static Submission.Receipt correct(
      LabelingFixture fixture, Lease lease, LabelerWork work) {
    return fixture.queue.correct(
        "ann", submission(UUID.randomUUID().toString(), lease, work), ZoneOffset.UTC);
  }

  private static void stays(LabelingFixture fixture, Lease lease, LabelerWork work, Why why) {
    assertThatThrownBy(() -> correct(fixture, lease, work))
        .isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.why()).isEqualTo(why));
  }

  private static List<String> responses(LabelingFixture fixture) {
    return fixture.store.demonstrations(Filter.ALL).stream().map(d -> d.item().response()).toList();
  }

  @ParameterizedTest
  @EnumSource
  void modelsLearnFromTheCorrectedWorkAndAllVersionsAreKept(Dialect dialect) throws Exception {
    try (var fixture = fixture(dialect)) {
      fixture.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = fixture.next("ann");
      fixture.queue.submit(
          "ann",
          submission(UUID.randomUUID().toString(), lease, new LabelerWork.Demonstrated("one")));
      fixture.later(Duration.ofMinutes(1));
      String id = UUID.randomUUID().toString();
      var two = submission(id, lease, new LabelerWork.Demonstrated("two"));
      var receipt = fixture.queue.correct("ann", two, ZoneOffset.UTC);
      assertThat(fixture.queue.correct("ann", two, ZoneOffset.UTC)).isEqualTo(receipt);
      fixture.later(Duration.ofMinutes(1));
      correct(fixture, lease, new LabelerWork.Demonstrated("three"));
      assertThat(responses(fixture)).containsExactly("three");
      assertThat(fixture.count("SELECT count(*) FROM label_annotation")).isEqualTo(1);
      assertThat(fixture.count("SELECT count(*) FROM label_version")).isEqualTo(3);
      assertThat(fixture.count("SELECT count(*) FROM web_audit WHERE action = 'submitted'"))
          .isEqualTo(1);
      assertThat(fixture.count("SELECT count(*) FROM web_audit WHERE action = 'corrected'"))
          .isEqualTo(2);
      assertThat(fixture.queue.history("ann", 9)).hasSize(1);
      var mine = fixture.queue.mine("ann", lease.item(), ZoneOffset.UTC).orElseThrow();
      assertThat(mine.handedIn().orElseThrow().versions()).isEqualTo(3);
      assertThat(mine.handedIn().orElseThrow().newest().work())
          .isEqualTo(new LabelerWork.Demonstrated("three"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "PLAIN", mode = EnumSource.Mode.EXCLUDE)
  void aCorrectionReplacesTheRecordsOfEveryKindOfWork(Kind kind) throws Exception {
    try (var fixture = fixture(Dialect.SQLITE)) {
      fixture.open(batch(kind, 1), 1);
      var lease = fixture.next("ann");
      fixture.submit("ann", lease);
      var before = fixture.store.counts();
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
      correct(fixture, lease, other);
      assertThat(fixture.store.counts()).isEqualTo(before);
      switch (kind) {
        case COMPARE ->
            assertThat(fixture.store.rankings(Filter.ALL).getFirst().item().ranks())
                .containsExactly(1, 1, 1, 1);
        case TAG ->
            assertThat(fixture.store.prompts(Filter.ALL).getFirst().useCase())
                .contains(Prompt.UseCase.CHAT);
        case DEMONSTRATE -> assertThat(responses(fixture)).containsExactly("Another one");
        default ->
            assertThat(fixture.store.prompts(Filter.ALL))
                .allMatch(p -> p.text().startsWith("Another") || p.text().startsWith("Say it."));
      }
    }
  }

  @Test
  void workThatWasUsedCannotBeCorrected() throws Exception {
    try (var fixture = fixture(Dialect.SQLITE)) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 2);
      var first = fixture.next("ann");
      fixture.submit("ann", first);
      fixture.later(Duration.ofMinutes(1));
      fixture
          .store
          .write(handle -> {
            fixture.store.take(handle, "reward", fixture.now());
            return true;
          })
          .join();
      fixture.later(Duration.ofMinutes(1));
      var second = fixture.next("ann");
      fixture.submit("ann", second);
      stays(fixture, first, new LabelerWork.Demonstrated("late"), Why.USED);
      correct(fixture, second, new LabelerWork.Demonstrated("in time"));
      assertThat(responses(fixture)).containsExactly("An answer", "in time");
    }
  }

  @Test
  void aWrittenPromptWithTasksCannotBeCorrected() throws Exception {
    try (var fixture = fixture(Dialect.SQLITE)) {
      fixture.open(batch(Kind.PLAIN, 1), 1);
      var lease = fixture.next("ann");
      fixture.submit("ann", lease);
      correct(fixture, lease, new LabelerWork.Written("better"));
      String prompt = fixture.store.prompts(Filter.ALL).getFirst().id();
      fixture.queue.open(
          batch(Kind.DEMONSTRATE, 1), List.of(new Item(Optional.of(prompt), List.of(), "")), "r");
      stays(fixture, lease, new LabelerWork.Written("too late"), Why.USED);
    }
  }

  @Test
  void correctionsEndAtMidnightInTheLabelersTimeZone() throws Exception {
    try (var fixture = fixture(Dialect.SQLITE)) {
      fixture.open(batch(Kind.DEMONSTRATE, 1), 1);
      var lease = fixture.next("ann");
      fixture.submit("ann", lease);
      fixture.later(Duration.ofHours(13)); // 1 o'clock in London, 17 in Los Angeles
      var late = submission(UUID.randomUUID().toString(), lease, new LabelerWork.Demonstrated("x"));
      assertThatThrownBy(() -> fixture.queue.correct("ann", late, ZoneId.of("Europe/London")))
          .isInstanceOfSatisfying(
              Rejected.class, no -> assertThat(no.why()).isEqualTo(Why.DAY_OVER));
      fixture.queue.correct("ann", late, ZoneId.of("America/Los_Angeles"));
      assertThat(fixture.queue.today("ann", ZoneId.of("Europe/London")).count())
          .isEqualTo(1); // handed in yesterday, corrected today
    }
  }

  @Test
  void onlyTheLabelersOwnSubmissionsCanBeCorrected() throws Exception {
    try (var fixture = fixture(Dialect.SQLITE)) {
      fixture.open(batch(Kind.DEMONSTRATE, 2), 1);
      var lease = fixture.next("ann");
      stays(fixture, lease, new LabelerWork.Demonstrated("x"), Why.NOT_HANDED_IN);
      fixture.submit("ann", lease);
      assertThatThrownBy(() ->
              fixture.queue.correct(
                  "bob",
                  submission(
                      UUID.randomUUID().toString(), lease, new LabelerWork.Demonstrated("x")),
                  ZoneOffset.UTC))
          .isInstanceOfSatisfying(
              Rejected.class, no -> assertThat(no.why()).isEqualTo(Why.NOT_YOURS));
    }
  }
}
