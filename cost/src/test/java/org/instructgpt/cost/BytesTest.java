package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BytesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.00 kB",
    "12345, 12.3 kB",
    "999600, 1.00 MB",
    "85899345920, 85.9 GB",
    "5e15, 5.00 PB"
  })
  void amountsHaveThreeDigits(double bytes, String words) {
    assertThat(Bytes.words(bytes)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "80G, 80e9",
    "80GB, 80e9",
    "1.5 T, 1.5e12",
    "512m, 512e6",
    "7, 7",
    "2GiB, 2147483648"
  })
  void amountsAreReadAsPeopleWriteThem(String words, double bytes) {
    assertThat(Bytes.parse(words)).isEqualTo(bytes);
  }

  @Test
  void whatIsNoAmountIsRefused() {
    assertThatThrownBy(() -> Bytes.parse("much"))
        .hasMessage("expected an amount of memory such as 80G or 512M, found 'much'");
  }
}
