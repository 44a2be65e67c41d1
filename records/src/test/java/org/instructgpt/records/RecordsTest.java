package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RecordsTest {

  /// Fig. 2: D > C > A = B. Of the six pairs A-B is a tie.
  @Test
  void aRankingListsThePairsThatAreNoTies() {
    assertThat(Samples.ranking("r", "p", Samples.ANN).pairs())
        .containsExactly(
            new Ranking.Pair(2, 0),
            new Ranking.Pair(3, 0),
            new Ranking.Pair(2, 1),
            new Ranking.Pair(3, 1),
            new Ranking.Pair(3, 2));
  }

  @Test
  void nineOutputsWithoutTiesMakeThirtySixPairsAndAllTiedNone() {
    assertThat(ranking(IntStream.rangeClosed(1, 9).boxed().toList()).pairs()).hasSize(36);
    assertThat(ranking(Collections.nCopies(9, 1)).pairs()).isEmpty();
  }

  @Test
  void aRankingHasTwoToNineOutputsAndARankForEach() {
    assertThatThrownBy(() -> ranking(List.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("outputs: expected 2 to 9 outputs, found 1 of them");
    assertThatThrownBy(() -> ranking(Collections.nCopies(10, 1))).hasMessageContaining("10");
    assertThatThrownBy(() -> ranking(List.of(1, 3)))
        .hasMessage("rank: expected a whole number from 1 to 2, found 3");
    assertThatThrownBy(() -> ranking(List.of(0, 1))).hasMessageContaining("found 0");
    List<Output> two = List.of(new Output("a", "m"), new Output("b", "m"));
    assertThatThrownBy(() -> new Ranking("r", "p", two, List.of(1), "ann", Samples.NOON))
        .hasMessageContaining("one rank for each of the 2 outputs");
  }

  @Test
  void aPromptIsNeverBlankAndItsNameHasNoWhiteSpace() {
    assertThatThrownBy(() -> prompt("p", " \n"))
        .hasMessage("text: expected some text, found nothing but white space");
    assertThatThrownBy(() -> prompt("p 1", "text")).hasMessageContaining("id: expected a name");
    assertThatThrownBy(() -> prompt("p", "half \ud83e."))
        .hasMessageContaining("half a surrogate pair (\\ud83e) at character 5");
  }

  @Test
  void aRatingIsOneToSevenAndKeepsItsFlagsInOrder() {
    assertThat(Samples.rating("a", "p", Samples.ANN).flags())
        .containsExactly(Rating.Flag.FAILS_INSTRUCTION, Rating.Flag.EXPRESSES_MORAL_JUDGMENT);
    assertThat(Rating.Flag.values()).hasSize(11);
    Output output = new Output("x", "m");
    assertThatThrownBy(() -> new Rating("a", "p", output, 8, Set.of(), "ann", Samples.NOON))
        .hasMessage("quality: expected a whole number from 1 to 7, found 8");
  }

  @Test
  void aDemonstrationMayBeEmpty() {
    assertThat(new Demonstration("d", "p", "", "ann", Samples.NOON).response()).isEmpty();
  }

  @Test
  void theSplitIsOfTheUserElseOfTheQuestion() {
    var fractions = new Split.Fractions(0.4, 0.3, 0.3);
    Optional<String> user = Optional.of("u");
    Optional<String> nobody = Optional.empty();
    for (int i = 0; i < 50; i++) {
      assertThat(fractions.splitOf(user, nobody, "question " + i))
          .isEqualTo(fractions.splitOf(user, Optional.of("acme" + i), "another"));
      String question = "question " + i;
      String dialogue = "\n\nHuman: " + question + "\n\nAssistant: a\n\nHuman: b\n\nAssistant:";
      assertThat(fractions.splitOf(nobody, nobody, dialogue))
          .isEqualTo(fractions.splitOf(nobody, nobody, question + "\n"));
    }
  }

  /// Computed by a program in another language: the split of a prompt must never change.
  @Test
  void theSplitOfAQuestionNeverChanges() {
    Optional<String> nobody = Optional.empty();
    List<Split> parts =
        IntStream.range(0, 12)
            .mapToObj(i -> new Split.Fractions(.5, .25, .25).splitOf(nobody, nobody, "q" + i))
            .toList();
    assertThat(parts.stream().map(part -> part.name().substring(0, 2)).toList())
        .hasToString("[TE, VA, VA, TR, TR, VA, TR, TR, TR, VA, TE, TE]");
  }

  @Test
  void theSplitsHaveTheirShares() {
    Optional<String> nobody = Optional.empty();
    Map<Split, Integer> counts = new EnumMap<>(Split.class);
    for (int i = 0; i < 10_000; i++) {
      counts.merge(Split.Fractions.USUAL.splitOf(nobody, nobody, "question " + i), 1, Integer::sum);
    }
    // Three standard deviations of a binomial count: 90 and 65.
    assertThat(counts.get(Split.TRAIN)).isBetween(8910, 9090);
    assertThat(counts.get(Split.VALIDATION)).isBetween(435, 565);
    assertThatThrownBy(() -> new Split.Fractions(0.9, 0.2, 0.1))
        .hasMessageContaining("add up to 1");
  }

  @Test
  void freshIdsSortByTimeAndIdsOfContentAreStable() {
    Random random = new Random(1);
    String early = Ids.fresh(Samples.NOON, random);
    String late = Ids.fresh(Samples.NOON.plusMillis(1), random);
    assertThat(early).isLessThan(late).matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab].*");
    assertThat(Ids.of("ab", "c"))
        .isEqualTo(Ids.of("ab", "c"))
        .isNotEqualTo(Ids.of("a", "bc"))
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab].*");
  }

  private static Prompt prompt(String id, String text) {
    return new Prompt(
        id,
        text,
        Prompt.Source.LABELER_PLAIN,
        Optional.empty(),
        Optional.empty(),
        Split.TRAIN,
        Optional.empty(),
        Samples.NOON);
  }

  private static Ranking ranking(List<Integer> ranks) {
    List<Output> outputs = ranks.stream().map(rank -> new Output("rank " + rank, "m")).toList();
    return new Ranking("r", "p", outputs, ranks, "ann", Samples.NOON);
  }
}
