package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Names of accounts.
class AccountNamesTest {

  @Test
  void nearlyAnySingleLineIsAName() {
    for (String name :
        List.of(
            "Ada",
            "小林 さん",
            "أمينة",
            "נועה",
            "👩‍🔬",
            "O’Brien",
            "<b>x</b>",
            "می‌خواهم",
            "ẞ",
            "x")) {
      assertThat(AccountNames.problems(name)).as(name).isEmpty();
    }
    assertThat(AccountNames.problems("🙂".repeat(40))).isEmpty();
  }

  @Test
  void invisibleCharactersAndDirectionMarksAreRefused() {
    for (String name :
        List.of(
            "",
            "  ",
            "\t",
            "\u200d",
            "a\u0000b",
            "a\u202eb",
            "a\u2066b",
            "a\ue000",
            "\ud800",
            "a\u0007")) {
      assertThat(AccountNames.problems(name)).as(name).hasSize(1);
    }
    assertThat(AccountNames.problems("🙂".repeat(41))).hasSize(1);
    assertThat(AccountNames.problems("a".repeat(100_000))).hasSize(1);
  }

  @Test
  void namesThatLookTheSameHaveTheSameKey() {
    assertThat(List.of("ADA  lovelace", " Ada Lovelace ", "Ａda Lovelace", "ada love\u200dlace"))
        .allMatch(name -> AccountNames.key(name).equals("ada lovelace"));
    assertThat(AccountNames.key("STRASSE")).isEqualTo(AccountNames.key("straße"));
    assertThat(AccountNames.key("e\u0301")).isEqualTo(AccountNames.key("É"));
    assertThat(AccountNames.key("ada"))
        .isNotEqualTo(AccountNames.key("adа")); // the last one is Cyrillic
  }
}
