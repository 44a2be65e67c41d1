package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Programs that know nothing of OpenAI: `curl` as the page shows it, and Java's own client as it
/// is when nobody configures it (it offers HTTP/2 with each request).
@Tag("slow")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PlainClientsTest {
  private static final String HELLO =
      """
      {"model": "sft", "messages": [{"role": "user", "content": "Hello"}], "seed": 3, \
      "max_tokens": 12%s}\
      """;
  private static final String CHAT = "/v1/chat/completions";

  @TempDir private static Path folder;
  private static TestServer server;
  private static String text;

  @BeforeAll
  static void start() throws IOException {
    server = TestServer.start(folder);
    text = server.answer(CHAT, hello("")).at("/choices/0/message/content").asText();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String hello(String more) {
    return HELLO.formatted(more);
  }

  private static ForeignProgram curl(String path, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of(ForeignProgram.named("curl"), "-sS", "-N"));
    command.add(server.url() + path);
    command.addAll(List.of(arguments));
    return ForeignProgram.run(folder, command);
  }

  private static String joined(List<String> lines) {
    assertThat(lines).contains("data: [DONE]");
    var parts = new StringBuilder();
    for (var line : lines) {
      if (line.startsWith("data: {")) {
        var part = TestServer.json(line.substring("data: ".length()));
        parts.append(part.at("/choices/0/delta/content").asText());
      }
    }
    return parts.toString();
  }

  /// It calls the body a form, as nobody tells it what it is.
  @Test
  void curlAsksForAnAnswerAndForAStream() throws Exception {
    var answer = curl(CHAT, "-d", hello("")).succeeded();
    assertThat(TestServer.json(answer).at("/choices/0/message/content").asText()).isEqualTo(text);
    var stream = curl(CHAT, "-d", hello(", \"stream\": true")).succeeded();
    assertThat(joined(stream.lines().toList())).isEqualTo(text);
  }

  @Test
  void curlIsToldWhatIsWrong() throws Exception {
    var told = curl("/v1/models/nobody", "--fail-with-body").told();
    assertThat(told).contains("there is no model 'nobody'").contains("404");
    assertThat(curl("/v1/models/nobody", "--fail").code()).as("an HTTP error").isEqualTo(22);
  }

  /// It asks first whether it may send a large body.
  @Test
  void curlSendsALargeBodyWhenItMay() throws Exception {
    var body =
        Files.writeString(
            folder.resolve("body"), hello("").replace("Hello", "bab ".repeat(40_000)));
    var told = curl(CHAT, "-H", "Expect: 100-continue", "-d", "@" + body, "-w", "\n%{http_code}");
    assertThat(told.succeeded()).contains("context_length_exceeded").endsWith("\n400");
  }

  @Test
  void javasClientReadsAStreamAsItComesAndMayLeave() throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      assertThat(client.version()).isEqualTo(HttpClient.Version.HTTP_2);
      var asked =
          server.request(CHAT).POST(BodyPublishers.ofString(hello(", \"stream\": true"))).build();
      var answer = client.send(asked, BodyHandlers.ofLines());
      assertThat(answer.headers().firstValue("content-type").orElse(""))
          .startsWith("text/event-stream");
      assertThat(joined(answer.body().toList())).isEqualTo(text);

      var more = ", \"stream\": true, \"n\": 16, \"logit_bias\": {\"0\": -100}";
      var longer = hello(more).replace("\"max_tokens\": 12", "\"max_tokens\": 240");
      for (int i = 0; i < 5; i++) {
        var endless = server.request(CHAT).POST(BodyPublishers.ofString(longer)).build();
        try (var stream = client.send(endless, BodyHandlers.ofInputStream()).body()) {
          assertThat(stream.readNBytes(20)).hasSize(20);
        }
      }
      for (int tries = 0; tries < 200 && server.engine().underWay() > 0; tries++) {
        Thread.sleep(50);
      }
      assertThat(server.engine().underWay()).isZero();
    }
  }
}
