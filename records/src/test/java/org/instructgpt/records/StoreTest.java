package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
@ParameterizedClass
@EnumSource(Dialect.class)
final class StoreTest {
  @Parameter Dialect dialect;
  @TempDir Path folder;
  private String place;

  @BeforeEach
  void place() {
    place =
        switch (dialect) {
          case SQLITE -> folder.resolve("feedback.db").toString();
          case POSTGRESQL -> TestServer.database();
        };
  }

  @Test
  void addedRecordsAreThereAfterReopening() throws Exception {
    try (Store store = open()) {
      assertThat(store.add(Samples.oneOfEach()).get()).isEqualTo(5);
    }
    try (Store store = open()) {
      Prompt prompt = kept(Samples.prompt("p1"));
      assertThat(store.labelers()).containsExactly(Samples.ANN);
      assertThat(store.prompts(Filter.ALL)).containsExactly(prompt);
      assertThat(store.prompt("p1")).contains(prompt);
      assertThat(store.prompt("p2")).isEmpty();
      assertThat(store.demonstrations(Filter.ALL))
          .containsExactly(
              new WithPrompt<>(prompt, Samples.demonstration("d1", "p1", Samples.ANN)));
      assertThat(store.rankings(Filter.ALL))
          .containsExactly(new WithPrompt<>(prompt, Samples.ranking("r1", "p1", Samples.ANN)));
      assertThat(store.ratings(Filter.ALL))
          .containsExactly(new WithPrompt<>(prompt, Samples.rating("a1", "p1", Samples.ANN)));
      assertThat(store.counts()).isEqualTo(new Store.Counts(1, 1, 1, 1, 1));
    }
  }

  @Test
  void recordsAreHandedOnOneByOneInTheirOrder() throws Exception {
    try (Store store = open()) {
      store.add(Samples.oneOfEach()).get();
      var more = new ArrayList<Prompt>();
      for (int i = 0; i < 2500; i++) { // more than a server sends at a time
        more.add(Samples.prompt("more" + i));
      }
      store.add(more).get();
      var prompts = new ArrayList<Prompt>();
      store.eachPrompt(Filter.ALL, prompts::add);
      assertThat(prompts).hasSize(2501).isEqualTo(store.prompts(Filter.ALL));
      var demonstrations = new ArrayList<WithPrompt<Demonstration>>();
      store.eachDemonstration(Filter.ALL, demonstrations::add);
      assertThat(demonstrations).hasSize(1).isEqualTo(store.demonstrations(Filter.ALL));
      var rankings = new ArrayList<WithPrompt<Ranking>>();
      store.eachRanking(Filter.ALL, rankings::add);
      assertThat(rankings).hasSize(1).isEqualTo(store.rankings(Filter.ALL));
    }
  }

  @Test
  void theSameRecordTwiceIsOneRowWithTheFirstTime() throws Exception {
    try (Store store = open()) {
      store.add(Samples.oneOfEach()).get();
      assertThat(store.add(Samples.oneOfEach()).get()).isZero();
      Demonstration first = Samples.demonstration("d1", "p1", Samples.ANN);
      var later =
          new Demonstration("d1", "p1", first.response(), "ann", Samples.NOON.plusSeconds(9));
      assertThat(store.add(later).get()).isZero();
      assertThat(store.demonstrations(Filter.ALL).getFirst().item()).isEqualTo(first);
    }
  }

  @Test
  void anIdWithOtherContentIsRefusedAndTheWholeBatchWithIt() throws Exception {
    try (Store store = open()) {
      store.add(Samples.oneOfEach()).get();
      var changed = new Demonstration("d1", "p1", "other", "ann", Samples.NOON);
      List<Feedback> batch = List.of(Samples.prompt("p2"), changed);
      assertThatThrownBy(() -> store.add(batch).get())
          .hasRootCauseInstanceOf(IllegalArgumentException.class)
          .hasRootCauseMessage(
              "id: expected a new demonstration, or the one that is stored under d1, found another"
                  + " response");
      assertThat(store.prompt("p2")).isEmpty();
      assertThat(store.add(Samples.prompt("p2")).get()).isEqualTo(1);
    }
  }

  @Test
  void aRecordWithoutItsPromptOrLabelerIsRefused() throws Exception {
    try (Store store = open()) {
      store.add(Samples.oneOfEach()).get();
      assertThatThrownBy(() -> store.add(Samples.ranking("r2", "p9", Samples.ANN)).get())
          .hasRootCauseMessage(
              "prompt_id: expected a prompt that is stored already or comes earlier, found \"p9\"");
      assertThatThrownBy(() -> store.add(Samples.ranking("r2", "p1", Samples.BOB)).get())
          .hasRootCauseMessage(
              "labeler: expected a labeler that is stored already or comes earlier, found \"bob\"");
    }
  }

  @Test
  void filtersChooseBySplitSourcePoolAndLabeler() throws Exception {
    try (Store store = open()) {
      store
          .add(
              List.of(
                  Samples.ANN,
                  Samples.BOB,
                  Samples.prompt("z", Split.TRAIN, Prompt.Source.CUSTOMER),
                  Samples.prompt("b", Split.TRAIN, Prompt.Source.LABELER_PLAIN),
                  Samples.prompt("a", Split.TEST, Prompt.Source.CUSTOMER),
                  Samples.ranking("r1", "z", Samples.BOB),
                  Samples.ranking("r2", "a", Samples.ANN),
                  Samples.ranking("r3", "b", Samples.ANN)))
          .get();
      assertThat(store.prompts(Filter.ALL)).extracting(Prompt::id).containsExactly("z", "b", "a");
      assertThat(store.prompts(Filter.ALL.in(Split.TRAIN)))
          .extracting(Prompt::id)
          .containsExactly("z", "b");
      assertThat(store.prompts(Filter.ALL.in(Split.TRAIN).from(Prompt.Source.CUSTOMER)))
          .extracting(Prompt::id)
          .containsExactly("z");
      assertThat(ids(store, Filter.ALL)).containsExactly("r1", "r2", "r3");
      assertThat(ids(store, Filter.ALL.in(Split.TRAIN))).containsExactly("r1", "r3");
      assertThat(ids(store, Filter.ALL.by("ann"))).containsExactly("r2", "r3");
      assertThat(ids(store, Filter.ALL.by(Labeler.Pool.HELD_OUT))).containsExactly("r1");
      assertThat(ids(store, Filter.ALL.by("ann").in(Split.TEST))).containsExactly("r2");
      assertThatThrownBy(() -> store.prompts(Filter.ALL.by("ann")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void manyWritersLoseNothingAndReadersSeeWholeBatches() throws Exception {
    try (Store store = open();
        var threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int w = 0; w < 8; w++) {
        String name = "w" + w + "-";
        writers.add(
            threads.submit(() -> {
              for (int i = 0; i < 50; i++) {
                Prompt one = Samples.prompt(name + i);
                Prompt two = Samples.prompt(name + i + "-twin");
                assertThat(store.add(List.of(one, two)).join()).isEqualTo(2);
                assertThat(store.counts().prompts()).isEven();
              }
            }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      assertThat(store.counts().prompts()).isEqualTo(800);
    }
  }

  @Test
  void aSubmissionSentTenTimesConcurrentlyIsOneRow() throws Exception {
    try (Store store = open()) {
      List<CompletableFuture<Integer>> submissions = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        submissions.add(store.add(Samples.oneOfEach()));
      }
      assertThat(submissions.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(5);
    }
  }

  @Test
  void aFailedWriteDoesNotAffectTheOthers() throws Exception {
    try (Store store = open()) {
      List<CompletableFuture<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        boolean bad = i == 25;
        writes.add(
            store.add(bad ? Samples.rating("a", "p99", Samples.ANN) : Samples.prompt("p" + i)));
      }
      assertThat(writes)
          .filteredOn(write -> write.handle((_, fault) -> fault != null).join())
          .hasSize(1);
      assertThat(store.counts().prompts()).isEqualTo(49);
    }
  }

  @Test
  void twoStoresMayHaveTheSameFileOpen() throws Exception {
    try (Store one = open();
        Store other = open()) {
      one.add(Samples.prompt("p1")).get();
      other.add(Samples.prompt("p2")).get();
      assertThat(one.prompts(Filter.ALL)).isEqualTo(other.prompts(Filter.ALL)).hasSize(2);
    }
  }

  @Test
  void closingFinishesTheQueuedWrites() throws Exception {
    List<CompletableFuture<Integer>> writes = new ArrayList<>();
    Store store = open();
    for (int i = 0; i < 300; i++) {
      writes.add(store.add(Samples.prompt("p" + i)));
    }
    store.close();
    store.close();
    assertThat(writes).allMatch(CompletableFuture::isDone);
    assertThatThrownBy(() -> store.add(Samples.prompt("late")).join())
        .isInstanceOf(IllegalStateException.class);
    try (Store again = open()) {
      assertThat(again.counts().prompts()).isEqualTo(300);
    }
  }

  /// A program writes demonstrations and prints each id after its future has completed; then it is
  /// killed.
  @Test
  void acknowledgedWritesSurviveAKillOfTheProgram() throws Exception {
    Path said = folder.resolve("said.txt");
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName(),
                place)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(said.toFile())
            .start();
    while (program.isAlive() && Files.size(said) < 1000) {
      Thread.sleep(5);
    }
    program.destroyForcibly();
    assertThat(program.waitFor()).isNotZero();
    // The kill may cut the last line short.
    List<String> whole =
        Files.readAllLines(said).stream().filter(line -> line.endsWith(".")).toList();
    assertThat(whole).hasSizeGreaterThan(100);
    try (Store store = open()) {
      assertThat(store.demonstrations(Filter.ALL))
          .extracting(given -> given.item().id())
          .containsAll(whole);
      assertThat(store.counts().demonstrations()).isBetween((long) whole.size(), whole.size() + 1L);
    }
  }

  private static List<String> ids(Store store, Filter filter) {
    return store.rankings(filter).stream().map(given -> given.item().id()).toList();
  }

  private Store open() throws IOException {
    return Store.open(place);
  }

  /// PostgreSQL cannot store U+0000.
  private Prompt kept(Prompt prompt) {
    return dialect == Dialect.SQLITE
        ? prompt
        : new Prompt(
            prompt.id(),
            prompt.text().replace('\0', '\uFFFD'),
            prompt.source(),
            prompt.user(),
            prompt.organisation(),
            prompt.split(),
            prompt.useCase(),
            prompt.created());
  }
}
