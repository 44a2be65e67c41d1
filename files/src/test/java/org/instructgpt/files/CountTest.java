package org.instructgpt.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountTest {

  @Test
  void oneIsSingularAndEverythingElsePlural() {
    assertThat(Count.of(1, "response")).isEqualTo("1 response");
    assertThat(Count.of(0, "response")).isEqualTo("0 responses");
    assertThat(Count.of(2, "held-out ranking")).isEqualTo("2 held-out rankings");
  }

  @Test
  void thousandsAreSetApartTheSameEverywhere() {
    assertThat(Count.of(1_234_567, "row")).isEqualTo("1,234,567 rows");
  }

  @Test
  void nounsThatDoNotJustTakeAnS() {
    assertThat(Count.of(3, "entry")).isEqualTo("3 entries");
    assertThat(Count.of(3, "day")).isEqualTo("3 days");
    assertThat(Count.of(3, "batch")).isEqualTo("3 batches");
    assertThat(Count.of(8, "epoch")).isEqualTo("8 epochs");
    assertThat(Count.of(1, "row is", "rows are")).isEqualTo("1 row is");
    assertThat(Count.of(3, "row is", "rows are")).isEqualTo("3 rows are");
  }
}
