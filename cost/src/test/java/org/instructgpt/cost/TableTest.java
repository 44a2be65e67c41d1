package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void numbersAreFlushRightAndWordsFlushLeft() {
    var table =
        new Table(
            List.of(
                List.of("stage", "speed", "unit"),
                List.of("train", "1,200", "tokens/s"),
                List.of("ppo", "-", "episodes/s")));
    assertThat(table)
        .hasToString(
            """
            stage  speed  unit
            train  1,200  tokens/s
            ppo        -  episodes/s
            """);
  }
}
