package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executors;
import org.instructgpt.model.StepNotDoneException;
import org.instructgpt.ppo.TextReward.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A service over real HTTP that answers as told.
class RewardServiceTest {
  private static final List<Answer> TWO =
      List.of(new Answer("Why?", "Because \"so\".\n", true), new Answer("Wie?", "Schön", false));

  /// A status after whose head and first byte nothing comes for long.
  private static final int ENDLESS = 299;

  /// What it says to each request, in turn; the last again and again.
  private record Said(int status, String body) {}

  private final Queue<Said> sayings = new ArrayDeque<>();
  private final List<String> requests = new ArrayList<>();
  private final List<Long> pauses = new ArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor()); // a slow answer holds no other
    server.createContext(
        "/score",
        exchange -> {
          var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          requests.add(exchange.getRequestMethod() + " " + body);
          var said = sayings.size() > 1 ? sayings.remove() : sayings.element();
          if (said.status == 0) {
            pause();
          }
          byte[] bytes = said.body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(Math.max(200, said.status), bytes.length);
          if (said.status == ENDLESS) {
            exchange.getResponseBody().write(bytes, 0, 1);
            exchange.getResponseBody().flush();
            pause();
          }
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  /// Too late for anybody.
  private static void pause() {
    try {
      Thread.sleep(3000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private RewardService service(int attempts, boolean stopped) {
    var address = "http://localhost:%d/score".formatted(server.getAddress().getPort());
    return new RewardService(
        new RewardService.Settings(URI.create(address), Duration.ofSeconds(1), attempts),
        () -> stopped,
        pauses::add);
  }

  private void says(int status, String body) {
    sayings.add(new Said(status, body));
  }

  @Test
  void theServiceIsAskedOnceForAllAnswers() throws IOException {
    says(200, "{\"rewards\": [1.5, -2], \"model\": \"x\"}");
    assertThat(service(1, false).of(TWO)).containsExactly(1.5, -2);
    assertThat(requests).hasSize(1);
    assertThat(requests.getFirst()).startsWith("POST ");
    assertThat(new ObjectMapper().readTree(requests.getFirst().substring(5)).toString())
        .isEqualTo(
            "{\"prompts\":[\"Why?\",\"Wie?\"],\"completions\":[\"Because \\\"so\\\".\\n\",\"Schön\"],\"ended\":[true,false]}");
  }

  @Test
  void aServiceThatIsBusyIsAskedAgainAfterLongerAndLongerPauses() {
    for (int i = 0; i < 7; i++) {
      says(i % 2 == 0 ? 503 : 429, "busy");
    }
    says(200, "{\"rewards\": [1, 2]}");
    assertThat(service(8, false).of(TWO)).containsExactly(1, 2);
    assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
  }

  @Test
  void aServiceThatBeginsAnAnswerAndDoesNotGoOnIsTooSlowToo() {
    says(ENDLESS, "{\"rewards\": [7, 7]}");
    says(200, "{\"rewards\": [1, 2]}");
    assertThat(service(2, false).of(TWO)).containsExactly(1, 2);
    says(ENDLESS, "{\"rewards\": [7, 7]}");
    sayings.remove();
    assertThatThrownBy(() -> service(1, false).of(TWO))
        .isInstanceOf(StepNotDoneException.class)
        .hasMessageContaining("found no whole answer within 1 second, after 1 attempt");
  }

  @Test
  void whatAServiceSaysIsToldInOneLine() {
    says(404, "no such\npage\u202e");
    assertThatThrownBy(() -> service(1, false).of(TWO))
        .hasMessageContaining("found status 404: no such page. What was done");
  }

  @Test
  void aServiceThatIsTooSlowIsAskedAgain() {
    says(0, "{\"rewards\": [7, 7]}");
    says(200, "{\"rewards\": [1, 2]}");
    assertThat(service(2, false).of(TWO)).containsExactly(1, 2);
    assertThat(pauses).containsExactly(1L);
  }

  @Test
  void aServiceThatStaysAwayEndsTheStep() {
    says(503, "");
    var service = service(3, false);
    server.stop(0);
    assertThatThrownBy(() -> service.of(TWO))
        .isInstanceOf(StepNotDoneException.class)
        .hasMessageContainingAll(
            "http://localhost:",
            "/score",
            "found nobody who answers at this address",
            "after 3 attempts",
            "is saved");
    assertThat(pauses).containsExactly(1L, 2L);
  }

  @Test
  void whoeverIsToldToStopAsksNoMore() {
    says(503, "busy");
    assertThatThrownBy(() -> service(9, true).of(TWO))
        .isInstanceOf(StepNotDoneException.class)
        .hasMessageContaining("found status 503: busy, after 1 attempt");
    assertThat(pauses).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404 | no such page                   | found status 404: no such page",
        "200 | <html>                         | found what is no JSON: <html>",
        "200 | {\"scores\": [1, 2]}           | found no list \"rewards\" in {\"scores\": [1, 2]}",
        "200 | [1, 2]                         | found no list \"rewards\"",
        "200 | {\"rewards\": [1]}             | found 1 reward for 2 completions",
        "200 | {\"rewards\": [1, 2, 3]}       | found 3 rewards for 2 completions",
        "200 | {\"rewards\": [1, \"good\"]}   | found \"good\" as reward 2, which is no finite number",
        "200 | {\"rewards\": [1, null]}       | found null as reward 2",
        "200 | {\"rewards\": [1e999, 1]}      | as reward 1, which is no finite number"
      })
  void whatIsNoAnswerIsNotAskedForAgain(int status, String body, String told) {
    says(status, body);
    assertThatThrownBy(() -> service(5, false).of(TWO))
        .isInstanceOf(StepNotDoneException.class)
        .hasMessageContainingAll(
            told, "expected {\"rewards\": [...]} with a finite number for each completion");
    assertThat(requests).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"localhost:8000", "ftp://host/x", "/score", "http:///score"})
  void whatIsNoAddressIsRefused(String address) {
    var settings = URI.create(address);
    assertThatThrownBy(() -> new RewardService.Settings(settings, Duration.ofSeconds(1), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://localhost:8000/score, found " + address);
  }
}
