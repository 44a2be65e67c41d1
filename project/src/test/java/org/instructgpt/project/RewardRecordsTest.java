package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.reward.TokenizedRanking;
import org.junit.jupiter.api.Test;

class RewardRecordsTest {
  private final StringWriter said = new StringWriter();

  @Test
  void fewerRankingsAreDrawnBySeedFromAmongMore() {
    var three = prompts(records().drawn(part(3), 1, out()));
    var five = prompts(records().drawn(part(5), 1, out()));

    assertThat(three).hasSize(3).doesNotHaveDuplicates();
    assertThat(five).startsWith(three.toArray(String[]::new)).hasSize(5);
    assertThat(prompts(records().drawn(part(5), 2, out()))).isNotEqualTo(five);
    assertThat(said.toString())
        .contains("learning from 3 of 20 training rankings, drawn by the seed (--rankings)");
  }

  @Test
  void whereThereAreNoMoreAllAreTakenInTheirOrder() {
    var all = records();

    assertThat(all.drawn(part(20), 1, out())).isSameAs(all);
    assertThat(said.toString()).isEmpty();
  }

  private static Drawn part(int most) {
    return new Drawn(most, "--rankings", "ranking");
  }

  private PrintWriter out() {
    return new PrintWriter(said, true);
  }

  private static List<String> prompts(RewardRecords records) {
    return records.training().rankings().stream().map(TokenizedRanking::promptId).toList();
  }

  private static RewardRecords records() {
    var rankings =
        IntStream.range(0, 20)
            .mapToObj(i ->
                new TokenizedRanking(
                    "p" + i,
                    new int[] {i},
                    List.of(new int[] {1}, new int[] {2}),
                    List.of(1, 2),
                    "ann"))
            .toList();
    var given = new RewardRecords.Given(rankings, 0, 0);
    return new RewardRecords(given, new RewardRecords.Given(List.of(), 0, 0), List.of());
  }
}
