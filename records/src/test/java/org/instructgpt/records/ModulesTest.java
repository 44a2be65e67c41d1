package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fixture.garden.Garden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// The store's functions for other modules: their own tables, transactions, erasure.
@Tag("slow")
@ParameterizedClass
@EnumSource(Dialect.class)
final class ModulesTest {
  @Parameter Dialect dialect;
  @TempDir Path folder;
  private String place;
  private Store store;

  @BeforeEach
  void open() throws Exception {
    place =
        switch (dialect) {
          case SQLITE -> folder.resolve("feedback.db").toString();
          case POSTGRESQL -> TestServer.database();
        };
    store = Store.open(place);
    store.extend("garden", Garden.class);
    store.add(Samples.oneOfEach()).join();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static int plant(Handle handle, String id, String prompt, String owner) {
    return handle.execute(
        "INSERT INTO garden_bed (id, prompt_id, owner, planted, watered) VALUES (?, ?, ?, ?, ?)",
        id,
        prompt,
        owner,
        1_800_000_000_000L,
        1);
  }

  private List<String> beds() {
    return store.read(handle ->
        handle.createQuery("SELECT id FROM garden_bed ORDER BY seq").mapTo(String.class).list());
  }

  @Test
  void theTablesOfAModuleAreThereAfterReopening() throws Exception {
    assertThat(store.write(handle -> plant(handle, "b1", "p1", "ann")).join()).isEqualTo(1);
    store.close();
    store = Store.open(place);
    store.extend("garden", Garden.class);
    store.extend("garden", Garden.class);
    assertThat(beds()).containsExactly("b1");
    long planted =
        store.read(
            handle -> handle.createQuery("SELECT planted FROM garden_bed").mapTo(Long.class).one());
    assertThat(planted).isEqualTo(1_800_000_000_000L);
    assertThat(store.counts().prompts()).isEqualTo(1);
  }

  @Test
  void aModuleWithAnInvalidNameOrWithoutScriptsIsRefused() {
    assertThatThrownBy(() -> store.extend("x; DROP TABLE prompt", Garden.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected the name of a module");
    assertThatThrownBy(() -> store.extend("nothing", Test.class))
        .hasMessageContaining("migrations");
  }

  @Test
  void aRecordAndTheRowOfAModuleAreStoredTogetherOrNotAtAll() {
    assertThatThrownBy(() ->
            store
                .write(handle -> {
                  store.insert(handle, Samples.ranking("r2", "p1", Samples.ANN));
                  return plant(handle, "b1", "no such prompt", "ann");
                })
                .join())
        .isNotNull();
    assertThat(store.counts().rankings()).isEqualTo(1);
    boolean fresh =
        store
            .write(handle -> {
              plant(handle, "b1", "p1", "ann");
              return store.insert(handle, Samples.ranking("r2", "p1", Samples.ANN));
            })
            .join();
    assertThat(fresh).isTrue();
    assertThat(store.counts().rankings()).isEqualTo(2);
    assertThat(beds()).containsExactly("b1");
  }

  /// Read-modify-write transactions of two programs must not interleave: a number is incremented
  /// 200 times.
  @Test
  void writesOfTwoStoresRunOneAfterTheOther() throws Exception {
    store.write(handle -> plant(handle, "b1", "p1", "ann")).join();
    store.write(handle -> handle.execute("UPDATE garden_bed SET planted = 0")).join();
    try (Store other = Store.open(place)) {
      List<CompletableFuture<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        writes.add((i % 2 == 0 ? store : other).write(ModulesTest::addOne));
      }
      writes.forEach(CompletableFuture::join);
    }
    long sum =
        store.read(
            handle -> handle.createQuery("SELECT planted FROM garden_bed").mapTo(Long.class).one());
    assertThat(sum).isEqualTo(200);
  }

  private static int addOne(Handle handle) {
    long now = handle.createQuery("SELECT planted FROM garden_bed").mapTo(Long.class).one();
    return handle.execute("UPDATE garden_bed SET planted = ?", now + 1);
  }

  /// Messages are logged, so they must not contain what people wrote.
  @Test
  void aFailureDoesNotRepeatWhatWasToBeWritten() {
    assertThatThrownBy(() ->
            store.write(handle -> plant(handle, "my secret", "no such prompt", "my name")).join())
        .satisfies(failure -> {
          for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause.getMessage())).doesNotContain("my secret", "my name");
          }
        });
  }

  @Test
  void aReaderCannotWrite() {
    assertThatThrownBy(() -> store.read(handle -> plant(handle, "b1", "p1", "ann")))
        .hasMessageMatching("(?s).*read-?only.*");
    assertThat(beds()).isEmpty();
  }

  @Test
  void aStoreThatIsClosedIsNotHealthy() {
    assertThat(store.healthy()).isTrue();
    store.close();
    assertThat(store.healthy()).isFalse();
  }

  @Test
  void aRowIsTakenOnceByConcurrentWriters() {
    store
        .write(handle -> {
          for (int i = 0; i < 20; i++) {
            plant(handle, "b" + i, "p1", "nobody");
          }
          return true;
        })
        .join();
    String sql =
        "UPDATE garden_bed SET owner = :me WHERE id = (SELECT id FROM garden_bed WHERE owner ="
            + " 'nobody' ORDER BY seq LIMIT 1"
            + store.dialect().skipLocked()
            + ") RETURNING id";
    List<CompletableFuture<String>> taken = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String me = "w" + i;
      taken.add(
          store.write(handle -> handle.createQuery(sql).bind("me", me).mapTo(String.class).one()));
    }
    assertThat(taken.stream().map(CompletableFuture::join)).doesNotHaveDuplicates().hasSize(20);
  }

  @Test
  void erasingACustomerDeletesTheFeedbackOnTheirPrompts() {
    store.add(List.of(Samples.prompt("p2"), Samples.demonstration("d2", "p2", Samples.ANN))).join();
    store.write(handle -> plant(handle, "b1", "p1", "ann")).join();
    store.write(handle -> plant(handle, "b2", "p2", "user-p1")).join();
    store.write(handle -> plant(handle, "b3", "p2", "ann")).join();
    Erased erased = store.erase(Set.of("user-p1"), Set.of(), List.of(ModulesTest::eraseBeds));
    assertThat(erased)
        .isEqualTo(new Erased(Set.of("p1"), Set.of("d1"), Set.of("r1"), Set.of("a1"), 0, 2));
    assertThat(store.counts()).isEqualTo(new Store.Counts(1, 1, 1, 0, 0));
    assertThat(beds()).containsExactly("b3");
    assertThat(store.erase(Set.of("user-p1"), Set.of(), List.of()))
        .isEqualTo(new Erased(Set.of(), Set.of(), Set.of(), Set.of(), 0, 0));
  }

  private static int eraseBeds(Handle handle, Set<String> people, Set<String> prompts) {
    return handle
        .createUpdate(
            "DELETE FROM garden_bed WHERE owner IN (<people>) OR prompt_id IN (<prompts>)")
        .bindList("people", List.copyOf(people))
        .bindList("prompts", List.copyOf(prompts))
        .execute();
  }

  @Test
  void erasingALabelerDeletesTheRankingsOfTheirTexts() {
    var shown =
        new Ranking(
            "r9",
            "p1",
            List.of(new Output("Because d1", Output.HUMAN), new Output("b", "sft")),
            List.of(1, 2),
            "bob",
            Samples.NOON);
    store.add(List.of(Samples.BOB, shown, Samples.ranking("r8", "p1", Samples.BOB))).join();
    Erased erased = store.erase(Set.of("ann"), Set.of(), List.of());
    assertThat(erased.rankings()).containsExactlyInAnyOrder("r1", "r9");
    assertThat(erased.labelers()).isEqualTo(1);
    assertThat(store.labelers()).containsExactly(Samples.BOB);
    assertThat(store.counts()).isEqualTo(new Store.Counts(1, 1, 0, 1, 0));
  }

  @Test
  void aSinglePromptCanBeErased() {
    store.add(Samples.prompt("p2")).join();
    Erased erased = store.erase(Set.of(), Set.of("p1", "unknown"), List.of());
    assertThat(erased.prompts()).containsExactly("p1");
    assertThat(store.counts()).isEqualTo(new Store.Counts(1, 1, 0, 0, 0));
    assertThatThrownBy(() -> store.erase(Set.of(), Set.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anErasureThatFailsInAModuleDeletesNothing() {
    assertThatThrownBy(() ->
            store.erase(
                Set.of("user-p1"),
                Set.of(),
                List.of((_, _, _) -> {
                  throw new IllegalStateException("no");
                })))
        .hasMessage("no");
    assertThat(store.counts()).isEqualTo(new Store.Counts(1, 1, 1, 1, 1));
  }
}
