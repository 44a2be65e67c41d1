package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A hundred thousand broken bodies: each is read or refused, nothing else. A part of them goes
/// through the server; the rest meets the readers alone, which is all that the server adds to a
/// body that came whole.
@Tag("slow")
class FuzzTest {
  private static final int BODIES = 100_000;
  private static final int THROUGH_THE_SERVER = 1_500;

  private static final String SEED =
      """
      {"text": "你好 \\u0041", "numbers": [1, -2, 3], "inner": {"text": "x", "numbers": []}}\
      """;

  record Body(String text, List<Integer> numbers, Optional<Body> inner) {}

  private final Random random = new Random(11);

  @Test
  void brokenBodiesAreRefusedAndNothingElseHappens() {
    int refused = 0;
    for (int i = 0; i < BODIES; i++) {
      byte[] body = broken();
      try {
        if (i % 4 == 0) {
          Form.parse(new String(body, StandardCharsets.UTF_8));
        } else {
          StrictJson.read(body, Body.class);
        }
      } catch (ApiError error) {
        assertThat(error.status()).isEqualTo(400);
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(BODIES / 2);
  }

  @Test
  void theServerNeverAnswersBrokenBodiesWith500() {
    var route =
        Route.post(
            "/api/echo",
            Route.Access.EVERYBODY,
            exchange -> exchange.answer(Map.of("text", exchange.json(Body.class).text())));
    var form =
        Route.put(
            "/api/form",
            Route.Access.EVERYBODY,
            exchange -> exchange.answer(Map.of("text", exchange.form("text"))));
    try (var test = TestSite.start(new SiteArea(FuzzTest.class, List.of(route, form), List.of()))) {
      var browser = test.browser();
      for (int i = 0; i < THROUGH_THE_SERVER; i++) {
        String body = new String(broken(), StandardCharsets.ISO_8859_1);
        var answer =
            i % 4 == 0
                ? browser.send("PUT", "/api/form", body)
                : browser.send("POST", "/api/echo", body);
        assertThat(answer.statusCode()).as(body).isIn(200, 400);
      }
    }
  }

  /// Bytes of the seed, some of them changed, cut, doubled or exchanged; or random bytes.
  private byte[] broken() {
    if (random.nextInt(10) == 0) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      return noise;
    }
    var text = new StringBuilder(SEED);
    for (int changes = 1 + random.nextInt(4); changes > 0 && !text.isEmpty(); changes--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(5)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(9)));
        case 2 -> text.insert(at, text.substring(at));
        case 3 ->
            text.insert(
                at,
                List.of("{", "]", "\"", ":", "null", "1e999", "%", "\\ud800")
                    .get(random.nextInt(8)));
        default -> text.setLength(Math.max(1, at));
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
