package org.instructgpt.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.instructgpt.files.Json;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.serve.TestModels;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;

/// A server of a language model `sft` and a reward model `reward` that have not learned anything.
final class TestServer implements AutoCloseable {
  static final Tokenizer WORDS = TestModels.WORDS;
  static final int CONTEXT = TestModels.shape().context();
  private static final int BYTES = 200_000;

  private final InferenceEngine engine;
  private final ApiServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  private TestServer(InferenceEngine engine, ApiServer server) {
    this.engine = engine;
    this.server = server;
  }

  /// With everything roomy and without keys.
  static TestServer start(Path folder) throws IOException {
    return start(folder, 8, 64, Duration.ofSeconds(60), ApiAccess.EVERYBODY);
  }

  /// @param rows completions at a time
  /// @param waiting completions under way or waiting
  /// @param time the most that a request may take
  static TestServer start(Path folder, int rows, int waiting, Duration time, ApiAccess keys)
      throws IOException {
    return start(folder, new Limits(rows, waiting, time), keys, AnswerStore.NONE);
  }

  /// @param rows completions at a time
  /// @param waiting completions under way or waiting
  /// @param time the most that a request may take
  record Limits(int rows, int waiting, Duration time) {}

  static TestServer start(Path folder, Limits limits, ApiAccess keys, AnswerStore store)
      throws IOException {
    TestModels.language(folder, "sft", "sft", 1);
    TestModels.reward(folder, "reward", 2);
    var models = List.of(folder.resolve("sft"), folder.resolve("reward"));
    var engine =
        new InferenceEngine(
            ModelCatalog.of(models),
            new InferenceEngine.Settings(
                1L << 30, limits.waiting, limits.rows, 4096, 1L << 28, Precision.FULL, Device.CPU));
    var settings = new ApiServer.Settings("localhost", 0, 200, BYTES, limits.time);
    var outside = new ApiServer.Outside(InstantSource.system(), System::nanoTime, new Random(1));
    return new TestServer(engine, ApiServer.start(settings, engine, keys, store, outside));
  }

  String url() {
    return server.address().toString();
  }

  InferenceEngine engine() {
    return engine;
  }

  HttpResponse<String> get(String path) {
    return send(request(path).GET().build());
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path));
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }

  HttpResponse<String> post(String path, String body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  static JsonNode json(String body) {
    try {
      return Json.STRICT.readTree(body);
    } catch (IOException none) {
      throw new UncheckedIOException(body, none);
    }
  }

  /// The answer to a request that succeeds.
  JsonNode answer(String path, String body) {
    var answer = post(path, body);
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return json(answer.body());
  }

  /// The data of a stream's events, the last one `[DONE]`.
  List<String> events(String path, String body) {
    var answer = post(path, body);
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return data(answer.body());
  }

  static List<String> data(String stream) {
    var events = new ArrayList<String>();
    for (var event : stream.split("\n\n")) {
      if (event.startsWith("data: ")) {
        events.add(event.substring("data: ".length()));
      }
    }
    return events;
  }

  @Override
  public void close() {
    engine.close();
    server.close();
    client.close();
  }
}
