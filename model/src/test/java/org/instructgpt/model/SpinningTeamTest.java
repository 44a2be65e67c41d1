package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpinningTeamTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void everyPieceOfEveryRoundIsDoneOnceBeforeTheNextRound(int threads) {
    try (var team = new SpinningTeam(threads)) {
      assertThat(team.size()).isEqualTo(threads);
      for (int round = 0; round < 20_000; round++) {
        int pieces = 1 + round % 7;
        var times = new AtomicIntegerArray(8);
        team.run(pieces, times::incrementAndGet);
        for (int piece = 0; piece < 8; piece++) {
          assertThat(times.get(piece)).isEqualTo(piece < pieces ? 1 : 0);
        }
      }
    }
  }
}
