package org.instructgpt.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.instructgpt.files.Json;

/// Streams at once from a server that `instructgpt serve` started, over HTTP on this machine:
/// tokens a second, times to the first token, and whether each stream is whole and its own.
///
/// `bench/run ServeLoad --url http://localhost:8000/v1 --model stories --streams 64 --seconds 600
/// --tokens 200 --leave 0.1`. Each of the streams asks one of `--questions` prompts with a seed of
/// its own, again and again; the same question must be answered with the same text each time.
/// `--leave` is the share of requests whose client goes away after a few tokens.
public final class ServeLoad {
  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<Integer, String> texts = new ConcurrentHashMap<>();
  private final ConcurrentHistogram firstMicros = new ConcurrentHistogram(3);
  private final AtomicLong tokens = new AtomicLong();
  private final AtomicInteger whole = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicInteger broken = new AtomicInteger();
  private final AtomicInteger mixed = new AtomicInteger();
  private final BenchmarkFlags flags;

  private ServeLoad(BenchmarkFlags flags) {
    this.flags = flags;
  }

  /// Prints what was measured; ends with 1 if a stream was broken or mixed.
  public static void main(String[] arguments) throws InterruptedException {
    var load = new ServeLoad(BenchmarkFlags.of(arguments));
    load.run();
  }

  private void run() throws InterruptedException {
    long began = System.nanoTime();
    long end = began + flags.whole("seconds", 60) * 1_000_000_000L;
    var streams = new ArrayList<Thread>();
    for (int i = 0; i < flags.whole("streams", 64); i++) {
      var random = new Random(i);
      streams.add(
          Thread.ofVirtual()
              .start(() -> {
                while (System.nanoTime() < end) {
                  one(random);
                }
              }));
    }
    for (var stream : streams) {
      stream.join();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%d streams whole, %d left, %d broken, %d mixed in %.1f s; %.0f tokens/s%n",
        whole.get(),
        left.get(),
        broken.get(),
        mixed.get(),
        seconds,
        tokens.get() / seconds);
    System.out.printf(
        Locale.ROOT,
        "first token: median %.0f ms, 99%% %.0f ms, longest %.0f ms%n",
        firstMicros.getValueAtPercentile(50) / 1e3,
        firstMicros.getValueAtPercentile(99) / 1e3,
        firstMicros.getMaxValue() / 1e3);
    if (broken.get() + mixed.get() > 0) {
      System.exit(1);
    }
  }

  private void one(Random random) {
    int question = random.nextInt(flags.whole("questions", 500));
    boolean leaves = random.nextDouble() < flags.number("leave", 0);
    var body =
        Json.LENIENT
            .createObjectNode()
            .put("model", flags.text("model", "model"))
            .put("prompt", flags.text("prompt", "Once upon a time"))
            .put("seed", question)
            .put("max_tokens", flags.whole("tokens", 200))
            .put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    var request =
        HttpRequest.newBuilder(
                URI.create(flags.text("url", "http://localhost:8000/v1") + "/completions"))
            .POST(BodyPublishers.ofString(Json.text(body)))
            .build();
    long began = System.nanoTime();
    try {
      var answer = client.send(request, BodyHandlers.ofInputStream());
      try (var lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        if (answer.statusCode() != 200) {
          fail(answer.statusCode() + " " + lines.readLine());
        } else {
          read(lines, began, question, leaves ? 1 + random.nextInt(20) : Integer.MAX_VALUE);
        }
      }
    } catch (IOException failed) {
      fail(failed.toString());
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }

  /// @param patience after how many parts the client goes away
  private void read(BufferedReader lines, long began, int question, int patience)
      throws IOException {
    var text = new StringBuilder();
    int parts = 0;
    JsonNode last = Json.LENIENT.createObjectNode();
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith("data: ")) {
        continue;
      }
      if (parts++ == 0) {
        firstMicros.recordValue((System.nanoTime() - began) / 1000);
      }
      if (line.equals("data: [DONE]")) {
        check(question, text.toString(), last);
        return;
      }
      last = Json.LENIENT.readTree(line.substring("data: ".length()));
      text.append(last.path("choices").path(0).path("text").asText());
      if (parts > patience) {
        left.incrementAndGet();
        return;
      }
    }
    fail("a stream ended without [DONE]");
  }

  private void check(int question, String text, JsonNode last) {
    whole.incrementAndGet();
    tokens.addAndGet(last.path("usage").path("completion_tokens").asInt());
    var before = texts.putIfAbsent(question, text);
    if (before != null && !before.equals(text)) {
      mixed.incrementAndGet();
      System.out.printf("question %d: '%s' and '%s'%n", question, before, text);
    }
  }

  private void fail(String why) {
    if (broken.incrementAndGet() <= 5) {
      System.out.println("broken: " + why);
    }
  }
}
