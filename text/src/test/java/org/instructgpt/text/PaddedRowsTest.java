package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PaddedRowsTest {

  private static final List<int[]> ROWS = List.of(new int[] {5, 0, 7}, new int[] {0}, new int[] {});

  @Test
  void rightPaddingFollowsTheTokens() {
    PaddedRows padded = PaddedRows.right(ROWS, 0);
    assertThat(padded.tokens()).containsExactly(5, 0, 7, 0, 0, 0, 0, 0, 0);
    assertThat(padded.lengths()).containsExactly(3, 1, 0);
    assertThat(padded.positions()).containsExactly(0, 1, 2, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void leftPaddingPrecedesTheTokensAndPositionsCountFromTheRowsStart() {
    PaddedRows padded = PaddedRows.left(ROWS, 9);
    assertThat(padded.tokens()).containsExactly(5, 0, 7, 9, 9, 0, 9, 9, 9);
    assertThat(padded.positions()).containsExactly(0, 1, 2, 0, 0, 0, 0, 0, 0);
    assertThat(PaddedRows.left(List.of(new int[] {1, 2, 3}, new int[] {1, 2}), 9).positions())
        .containsExactly(0, 1, 2, 0, 0, 1);
    assertThat(padded.start(1)).isEqualTo(2);
  }

  @Test
  void aTokenThatHasThePadsIdIsStillAToken() {
    assertThat(PaddedRows.right(ROWS, 0).mask())
        .containsExactly(true, true, true, true, false, false, false, false, false);
    assertThat(PaddedRows.left(ROWS, 0).row(1)).containsExactly(0);
    assertThat(PaddedRows.right(ROWS, 0).row(0)).containsExactly(5, 0, 7);
  }

  @Test
  void aBatchWithoutRowsIsRefused() {
    assertThatThrownBy(() -> PaddedRows.right(List.of(), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PaddedRows(new int[2], new int[] {3}, 1, 2, false))
        .hasMessageContaining("from 0 to 2");
  }
}
