package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.instructgpt.records.FeedbackTables.Kind;
import org.instructgpt.records.FeedbackTables.Row;
import org.instructgpt.records.FeedbackTables.Search;
import org.instructgpt.records.Prompt.UseCase;
import org.junit.jupiter.api.AfterEach;
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
final class FeedbackTablesTest {
  @Parameter Dialect dialect;
  @TempDir Path folder;
  private Store store;

  @BeforeEach
  void open() throws Exception {
    store =
        switch (dialect) {
          case SQLITE -> Store.open(folder.resolve("feedback.db"));
          case POSTGRESQL -> Store.open(TestServer.database());
        };
    store.add(Samples.oneOfEach()).join();
    store
        .add(
            List.of(
                Samples.prompt("p2", Split.TEST, Prompt.Source.LABELER_PLAIN),
                Samples.prompt("100%_p3", Split.TEST, Prompt.Source.IMPORTED),
                Samples.demonstration("d2", "p2", Samples.ANN),
                Samples.demonstration("d3", "p2", Samples.ANN)))
        .join();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private <T> T read(Function<FeedbackTables, T> work) {
    return store.read(handle -> work.apply(new FeedbackTables(handle)));
  }

  private List<Row> browse(Kind kind, Filter filter, String words, long before) {
    return read(tables -> tables.browse(new Search(kind, filter, words, before, 2)));
  }

  private static List<String> prompts(List<Row> rows) {
    return rows.stream().map(row -> row.prompt().id()).toList();
  }

  @Test
  void pagesShowTheNewestRowsFirstAndContinueAfterTheLastRow() {
    List<Row> first = browse(Kind.PROMPT, Filter.ALL, "", 0);
    assertThat(prompts(first)).containsExactly("100%_p3", "p2");
    assertThat(prompts(browse(Kind.PROMPT, Filter.ALL, "", first.getLast().seq())))
        .containsExactly("p1");
  }

  @Test
  void aPromptIsFoundWithTheNumbersOfItsDemonstrationsAndRankings() {
    Row p1 = browse(Kind.PROMPT, Filter.ALL.in(Split.TRAIN), "", 0).getFirst();
    assertThat(p1.prompt().useCase()).contains(UseCase.OPEN_QA);
    assertThat(p1.given()).isEmpty();
    assertThat(List.of(p1.demonstrations(), p1.rankings())).containsExactly(1, 1);
    Row p2 = browse(Kind.PROMPT, Filter.ALL.from(Prompt.Source.LABELER_PLAIN), "", 0).getFirst();
    assertThat(List.of(p2.demonstrations(), p2.rankings())).containsExactly(2, 0);
  }

  @Test
  void demonstrationsAndRankingsAreFoundWithTheirPrompts() {
    assertThat(browse(Kind.DEMONSTRATION, Filter.ALL, "", 0))
        .extracting(row -> row.given().map(Feedback::id).orElse(""), row -> row.prompt().id())
        .containsExactly(tuple("d3", "p2"), tuple("d2", "p2"));
    Ranking ranking = Samples.ranking("r1", "p1", Samples.ANN);
    assertThat(browse(Kind.RANKING, Filter.ALL, "", 0).getFirst().given()).contains(ranking);
  }

  @Test
  void theLabelerOfAFilterIsTheUserOfAPrompt() {
    assertThat(prompts(browse(Kind.PROMPT, Filter.ALL.by("user-p2"), "", 0))).containsExactly("p2");
    assertThat(browse(Kind.RANKING, Filter.ALL.by(Samples.ANN.id()), "", 0)).hasSize(1);
    assertThat(browse(Kind.RANKING, Filter.ALL.by("user-p2"), "", 0)).isEmpty();
  }

  @Test
  void wordsAreFoundInAnyCaseAndWithoutWildcards() {
    assertThat(prompts(browse(Kind.PROMPT, Filter.ALL, "EXPLAIN P2", 0))).containsExactly("p2");
    assertThat(prompts(browse(Kind.PROMPT, Filter.ALL, "0%_p", 0))).containsExactly("100%_p3");
    assertThat(browse(Kind.PROMPT, Filter.ALL, "%p%", 0)).isEmpty();
  }

  @Test
  void feedbackOnAPromptIsInTheOrderOfArrival() {
    List<Demonstration> demonstrations = read(tables -> tables.demonstrations("p2"));
    List<Ranking> rankings = read(tables -> tables.rankings("p1"));
    List<Rating> ratings = read(tables -> tables.ratings("p1"));
    List<Rating> none = read(tables -> tables.ratings("p2"));
    assertThat(demonstrations).extracting(Demonstration::id).containsExactly("d2", "d3");
    assertThat(rankings).extracting(Ranking::id).containsExactly("r1");
    assertThat(ratings).containsExactly(Samples.rating("a1", "p1", Samples.ANN));
    assertThat(none).isEmpty();
  }

  @Test
  void demonstrationsAreReadAsFarAsTheReaderAsks() {
    Function<Stream<WithPrompt<Demonstration>>, Optional<String>> first =
        found -> found.map(given -> given.item().id()).findFirst();
    Optional<String> id = read(tables -> tables.demonstrations(Filter.ALL.in(Split.TEST), first));
    assertThat(id).contains("d2");
  }

  @Test
  void demonstrationsAreReadInTheOrderOfTheirPrompts() {
    store.add(List.of(Samples.demonstration("d4", "p1", Samples.ANN))).join();
    Function<Stream<WithPrompt<Demonstration>>, List<String>> ids =
        found -> found.map(given -> given.item().id()).toList();
    List<String> all = read(tables -> tables.demonstrations(Filter.ALL, ids));
    assertThat(all).containsExactly("d1", "d4", "d2", "d3");
  }

  @Test
  void promptsOfIdsAreInTheOrderOfArrival() {
    List<String> more =
        IntStream.range(0, 600)
            .mapToObj(i -> "m" + i)
            .collect(Collectors.toCollection(ArrayList::new));
    store.add(more.stream().map(FeedbackTablesTest::prompt).toList()).join();
    List<String> asked = new ArrayList<>(more.reversed());
    asked.addAll(List.of("p2", "p1", "p2", "none"));
    List<String> found = read(tables -> tables.prompts(asked)).stream().map(Prompt::id).toList();
    assertThat(found).startsWith("p1", "p2", "m0", "m1").endsWith("m599").hasSize(602);
    List<Prompt> none = read(tables -> tables.prompts(List.of()));
    assertThat(none).isEmpty();
  }

  private static Prompt prompt(String id) {
    return Samples.prompt(id, Split.TRAIN, Prompt.Source.IMPORTED);
  }

  @Test
  void aPromptIsFoundByItsId() {
    Optional<Prompt> p2 = read(tables -> tables.prompt("p2"));
    Optional<Prompt> none = read(tables -> tables.prompt("none"));
    Map<String, String> texts = read(tables -> tables.promptTexts(List.of("p2", "none")));
    assertThat(p2).isEqualTo(store.prompt("p2"));
    assertThat(none).isEmpty();
    assertThat(texts).isEqualTo(Map.of("p2", p2.orElseThrow().text()));
  }

  @Test
  void labelersOfAPoolAreInTheOrderOfArrival() {
    store
        .add(
            List.of(
                new Labeler("zoe", Labeler.Pool.RESEARCHER),
                new Labeler("bob", Labeler.Pool.RESEARCHER)))
        .join();
    Set<String> researchers = read(tables -> tables.labelers(Labeler.Pool.RESEARCHER));
    assertThat(researchers).containsExactly("zoe", "bob");
  }

  @Test
  void peopleAreUsersAndLabelers() {
    Set<String> people = read(FeedbackTables::people);
    Optional<Labeler.Pool> ann = read(tables -> tables.pool(Samples.ANN.id()));
    Optional<Labeler.Pool> user = read(tables -> tables.pool("user-p1"));
    assertThat(people).containsExactly("ann", "user-100%_p3", "user-p1", "user-p2");
    assertThat(ann).contains(Samples.ANN.pool());
    assertThat(user).isEmpty();
  }

  @Test
  void rankingsAreCountedByLabelerAndTheLastOneHasTheHighestNumber() {
    long before = read(FeedbackTables::lastRanking);
    store.add(Samples.ranking("r2", "p2", Samples.ANN)).join();
    Map<String, Integer> counts = read(FeedbackTables::rankingsByLabeler);
    long after = read(FeedbackTables::lastRanking);
    assertThat(counts).isEqualTo(Map.of("ann", 2));
    assertThat(after).isGreaterThan(before);
  }

  @Test
  void aUseCaseIsSettledOnceAndReopenedOnlyByItsName() {
    change(tables -> tables.settleUseCase("p1", UseCase.CHAT));
    assertThat(useCase()).contains(UseCase.OPEN_QA);
    change(tables -> tables.reopenUseCase("p1", UseCase.CHAT));
    assertThat(useCase()).contains(UseCase.OPEN_QA);
    change(tables -> tables.reopenUseCase("p1", UseCase.OPEN_QA));
    assertThat(useCase()).isEmpty();
    change(tables -> tables.settleUseCase("p1", UseCase.CHAT));
    assertThat(useCase()).contains(UseCase.CHAT);
  }

  private void change(Consumer<FeedbackTables> work) {
    boolean _ =
        store
            .write(handle -> {
              work.accept(new FeedbackTables(handle));
              return true;
            })
            .join();
  }

  private Optional<UseCase> useCase() {
    return store.prompt("p1").flatMap(Prompt::useCase);
  }
}
