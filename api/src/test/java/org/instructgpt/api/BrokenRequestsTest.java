package org.instructgpt.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.instructgpt.files.Json;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Requests that no client would send: each is answered, none with 5xx. More of them:
/// `-Dinstructgpt.bodies=100000`.
@Tag("slow")
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class BrokenRequestsTest {
  private static final int BODIES = Integer.getInteger("instructgpt.bodies", 3000);
  private static final List<String> PATHS =
      List.of("/v1/chat/completions", "/v1/completions", "/v1/score", "/tokenize", "/detokenize");
  private static final List<String> WHOLE =
      List.of(
          """
          {"model": "sft", "messages": [{"role": "user", "content": "Hello"}], "n": 2, "stop": ["a"], "seed": 3,
           "temperature": 1, "top_p": 0.9, "max_tokens": 2, "logprobs": true, "top_logprobs": 2, "stream": true,
           "stream_options": {"include_usage": true}, "logit_bias": {"3": 1}, "presence_penalty": 0.5}\
          """,
          """
          {"model": "sft", "prompt": ["bab", "bad"], "n": 1, "best_of": 1, "echo": true, "logprobs": 2,
           "max_tokens": 2, "stop": "x", "seed": 1, "frequency_penalty": 1, "suffix": null}\
          """,
          "{\"model\": \"reward\", \"text_1\": \"bab\", \"text_2\": [\"bad\", \"baf\"]}",
          "{\"model\": \"sft\", \"prompt\": \"bab\", \"add_special_tokens\": true}",
          "{\"model\": \"sft\", \"tokens\": [3, 4, 5]}");
  private static final List<String> ODD =
      List.of(
          "null",
          "true",
          "-1",
          "1e308",
          "1e999",
          "3.5",
          "\"\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[null]",
          "[[]]",
          "[[1],[2]]",
          "2147483648",
          "\"sft\"",
          "\"reward\"",
          "[1999]",
          "[-1]",
          "{\"a\": 1}",
          "0",
          "16",
          "\"user\"",
          "[\"\"]",
          "\"<|endoftext|>\"");

  @Test
  void noneIsAnsweredWithAFault(@TempDir Path folder) throws IOException {
    var statuses = new TreeMap<Integer, Integer>();
    try (var server = TestServer.start(folder)) {
      var random = new SplittableRandom(Long.getLong("instructgpt.seed", 1));
      for (int i = 0; i < BODIES; i++) {
        int kind = random.nextInt(PATHS.size());
        byte[] body = body(WHOLE.get(random.nextInt(20) == 0 ? random.nextInt(5) : kind), random);
        var request =
            server.request(PATHS.get(kind)).POST(BodyPublishers.ofByteArray(body)).build();
        var answer = server.send(request);
        statuses.merge(answer.statusCode(), 1, Integer::sum);
        assertThat(answer.statusCode())
            .as("%s: %s", new String(body, StandardCharsets.UTF_8), answer.body())
            .isLessThan(500);
        if (answer.statusCode() != 200) {
          assertThat(TestServer.json(answer.body()).path("error").path("message").asText())
              .isNotBlank();
        }
      }
      System.out.println(statuses);
      assertThat(statuses.keySet()).contains(200, 400, 404);
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
      assertThat(server.engine().underWay()).isZero();
    }
  }

  private static byte[] body(String whole, SplittableRandom random) throws IOException {
    if (random.nextInt(4) == 0) {
      return bytes(whole, random);
    }
    var json = Json.STRICT.readTree(whole);
    for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
      change(json, random);
    }
    return Json.text(json).getBytes(StandardCharsets.UTF_8);
  }

  /// Some bytes changed, left out or cut off.
  private static byte[] bytes(String whole, SplittableRandom random) {
    byte[] bytes = whole.getBytes(StandardCharsets.UTF_8);
    switch (random.nextInt(3)) {
      case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      default -> {
        int from = random.nextInt(bytes.length);
        bytes[from] = bytes[random.nextInt(bytes.length)];
      }
    }
    return bytes;
  }

  /// Another value at some place.
  private static void change(JsonNode json, SplittableRandom random) throws IOException {
    var odd = Json.LENIENT.readTree(ODD.get(random.nextInt(ODD.size())));
    switch (json) {
      case ObjectNode object when !object.isEmpty() -> {
        var names = new ArrayList<String>();
        object.fieldNames().forEachRemaining(names::add);
        var name = names.get(random.nextInt(names.size()));
        if (object.get(name).isContainerNode() && random.nextBoolean()) {
          change(object.get(name), random);
        } else if (random.nextInt(5) == 0) {
          object.remove(name);
        } else {
          object.set(name, odd);
        }
      }
      case ArrayNode array when !array.isEmpty() -> {
        int at = random.nextInt(array.size());
        if (array.get(at).isContainerNode() && random.nextBoolean()) {
          change(array.get(at), random);
        } else {
          array.set(at, odd);
        }
      }
      default -> {}
    }
  }
}
