package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// JSON that is not exactly as expected is refused with the field named.
class StrictJsonTest {

  enum Kind {
    GOOD,
    BAD
  }

  record Inner(int rank, Kind kind) {
    Inner {
      if (rank < 1 || rank > 9) {
        throw new IllegalArgumentException("expected a rank of 1 to 9, found " + rank);
      }
    }
  }

  record Sample(
      String text, long version, boolean done, Optional<String> note, List<Inner> outputs) {}

  private static final String GOOD =
      """
      {"text": "你好 🙂", "version": 3, "done": false, "outputs": [{"rank": 1, "kind": "good"}]}\
      """;

  @Test
  void validJsonIsReadAndAnOptionalFieldMayBeAbsent() {
    var expected =
        new Sample("你好 🙂", 3, false, Optional.empty(), List.of(new Inner(1, Kind.GOOD)));
    assertThat(read(GOOD)).isEqualTo(expected);
    assertThat(read(GOOD.replace("\"done\"", "\"note\": null, \"done\""))).isEqualTo(expected);
    assertThat(read(GOOD.replace("\"done\"", "\"note\": \"n\", \"done\"")).note()).contains("n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\": 3 | \"version\": \"3\" | version",
        "\"version\": 3 | \"version\": 3.5 | version",
        "\"version\": 3 | \"version\": null | version",
        "\"version\": 3, | `` | version",
        "\"version\": 3 | \"version\": 99999999999999999999 | version",
        "\"version\": 3 | \"version\": 3, \"version\": 4 | version",
        "\"version\": 3 | \"version\": 3, \"colour\": 4 | colour",
        "\"version\": 3 | \"version\": {} | version",
        "\"text\": \"你好 🙂\", | `` | text",
        "\"text\": \"你好 🙂\" | \"text\": null | text",
        "\"text\": \"你好 🙂\" | \"text\": 5 | text",
        "\"text\": \"你好 🙂\" | \"text\": [\"a\"] | text",
        "\"text\": \"你好 🙂\" | \"text\": \"\\ud800x\" | text",
        "\"done\": false | \"done\": \"no\" | done",
        "\"done\": false | \"done\": 0 | done",
        "{\"rank\": 1, \"kind\": \"good\"} | null | outputs[0]",
        "\"rank\": 1 | \"rank\": 0 | outputs[0]",
        "\"rank\": 1 | \"rank\": \"1\" | outputs[0].rank",
        "\"rank\": 1, | `` | outputs[0].rank",
        "\"kind\": \"good\" | \"kind\": \"worse\" | outputs[0].kind",
        "\"kind\": \"good\" | \"kind\": 0 | outputs[0].kind",
        "\"kind\": \"good\" | \"kind\": \"\" | outputs[0].kind",
      })
  void invalidJsonIsRefusedWithTheFieldNamed(String part, String instead, String field) {
    assertThat(GOOD).contains(part);
    String body = GOOD.replace(part, instead == null ? "" : instead);
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(
            ApiError.class,
            error -> {
              assertThat(error.status()).isEqualTo(400);
              assertThat(error.problems())
                  .extracting(ApiError.Problem::field)
                  .containsExactly(field);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``",
        "null",
        "[]",
        "5",
        "\"x\"",
        "{",
        "{}}",
        "{\"a\"",
        "nope",
        "{} {}",
        "\u0000",
        "{'text': 1}"
      })
  void jsonThatIsNoObjectIsRefused(String body) {
    assertThatThrownBy(() -> read(body == null ? "" : body)).isInstanceOf(ApiError.class);
  }

  @Test
  void deepNestingAndLongNumbersAreRefused() {
    for (String body :
        List.of(
            "[".repeat(100_000),
            "{\"outputs\":".repeat(50_000),
            "{\"version\": " + "9".repeat(500_000) + "}",
            "{\"" + "a".repeat(200_000) + "\": 1}")) {
      assertThatThrownBy(() -> read(body)).isInstanceOf(ApiError.class);
    }
  }

  @Test
  void messagesOfARecordsConstructorArePassedOn() {
    assertThatThrownBy(() -> read(GOOD.replace("\"rank\": 1", "\"rank\": 12")))
        .isInstanceOfSatisfying(
            ApiError.class,
            error ->
                assertThat(error.problems().getFirst().arguments())
                    .contains("expected a rank of 1 to 9, found 12"));
  }

  @Test
  void absentValuesAreLeftOutAndTimesAreText() {
    var answer = Map.of("at", Instant.parse("2026-11-23T09:00:00Z"));
    assertThat(new String(StrictJson.write(answer), StandardCharsets.UTF_8))
        .isEqualTo("{\"at\":\"2026-11-23T09:00:00Z\"}");
    assertThat(new String(StrictJson.write(read(GOOD)), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"text\":\"你好 🙂\",\"version\":3,\"done\":false,\"outputs\":[{\"rank\":1,\"kind\":\"GOOD\"}]}");
  }

  private static Sample read(String body) {
    return StrictJson.read(body.getBytes(StandardCharsets.UTF_8), Sample.class);
  }
}
