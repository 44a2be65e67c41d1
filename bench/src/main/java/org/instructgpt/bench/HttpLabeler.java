package org.instructgpt.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.instructgpt.bench.VirtualLabelers.Person;
import org.instructgpt.bench.VirtualLabelers.Timings;

/// One labeler at the HTTP API, with a connection of its own: takes the next item, types a draft
/// now and then, hands the work in. What gets no answer is asked again until it does, a submission
/// under the same name, as the page does it. The sixth is sent ten times at once.
record HttpLabeler(VirtualLabelers all, Person me, Timings timings, BooleanSupplier stop) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int TENFOLD = 5;
  private static final int AT_ONCE = 10;
  private static final int DRAFTS = 4;
  private static final int TYPING_MILLIS = 250;
  private static final int PAUSE_MILLIS = 100;

  /// @param first when the first item is begun, in nanoseconds
  /// @param period from one item to the next, if the site keeps up; 0 for no pause
  Void work(long first, long period) throws InterruptedException, IOException {
    Set<String> finished = new HashSet<>();
    try (var wire = new LabelerConnection(all.port(), me.token())) {
      for (long turn = 0; !stop.getAsBoolean(); turn++) {
        Thread.sleep(Math.max(0, first + turn * period - System.nanoTime()) / 1_000_000);
        JsonNode task = until(wire, timings.next(), "POST", "/api/tasks/next", "{}").path("task");
        if (task.isMissingNode()) {
          break;
        }
        String item = task.path("item").asText();
        all.ledger().handed(me.id(), item, all.overlap());
        if (!finished.add(item)) {
          all.ledger().breach("an item that the labeler had handed in");
        }
        boolean types =
            all.draftEvery() > 0 && Math.floorMod(me.id().hashCode() + turn, all.draftEvery()) == 0;
        if (types) {
          type(wire, item, task.path("draft").path("version").asLong());
        }
        submit(wire, task, turn == TENFOLD);
      }
    }
    return null;
  }

  /// Each try is a newer draft, as text goes on to change while the site is away.
  private void type(LabelerConnection wire, String item, long stored) throws InterruptedException {
    var page = new Acknowledgements.Page(me.id(), item);
    all.ledger().types(page, System.currentTimeMillis());
    long version = stored;
    for (int kept = 0; kept < DRAFTS; ) {
      version++;
      String draft =
          "{\"version\":%d,\"content\":{\"typed\":%d}}"
              .formatted(version, System.currentTimeMillis());
      var answer = tried(wire, timings.draft(), "PUT", "/api/tasks/" + item + "/draft", draft);
      if (!answer.isMissingNode()) {
        all.ledger().drafted(page, version);
        kept++;
      }
      Thread.sleep(TYPING_MILLIS);
    }
    all.ledger().ready(page);
  }

  private void submit(LabelerConnection wire, JsonNode task, boolean tenTimes)
      throws InterruptedException {
    String id = UUID.randomUUID().toString();
    String path = "/api/tasks/" + task.path("item").asText() + "/submit";
    String body =
        """
        {"submission":"%s","token":"%s","started":"2026-11-23T08:55:00Z","activeMillis":61000,
        "work":%s}\
        """
            .formatted(id, task.path("token").asText(), answer(task, id));
    if (tenTimes) {
      tenTimes(path, body);
    }
    until(wire, timings.submit(), "POST", path, body);
    all.ledger().submitted(id);
  }

  /// All get the same receipt.
  private void tenTimes(String path, String body) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          IntStream.range(0, AT_ONCE)
              .mapToObj(_ ->
                  threads.submit(() -> {
                    try (var own = new LabelerConnection(all.port(), me.token())) {
                      return until(own, new ConcurrentHistogram(3), "POST", path, body);
                    }
                  }))
              .toList();
      var receipts = new HashSet<JsonNode>();
      for (var answer : answers) {
        receipts.add(answer.get());
      }
      if (receipts.size() > 1) {
        all.ledger().breach("two receipts for one submission");
      }
    } catch (ExecutionException | InterruptedException failure) {
      throw new IllegalStateException("a submission failed", failure);
    }
  }

  private static String answer(JsonNode task, String id) {
    if (!task.path("kind").asText().equals("compare")) {
      return "{\"type\":\"demonstrated\",\"response\":\"Answer %s\"}".formatted(id);
    }
    int k = task.path("outputs").size();
    var outputs = new StringBuilder();
    var ranks = new StringBuilder();
    for (int i = 0; i < k; i++) {
      String comma = i == 0 ? "" : ",";
      outputs
          .append(comma)
          .append("{\"quality\":%d,\"flags\":[\"hallucination\"],\"note\":\"\"}".formatted(i + 1));
      ranks.append(comma).append(Math.max(1, k - i - 1));
    }
    return "{\"type\":\"compared\",\"outputs\":[%s],\"ranks\":[%s]}".formatted(outputs, ranks);
  }

  /// Asks until there is an answer.
  private JsonNode until(
      LabelerConnection wire, ConcurrentHistogram times, String method, String path, String body)
      throws InterruptedException {
    while (true) {
      JsonNode answer = tried(wire, times, method, path, body);
      if (!answer.isMissingNode()) {
        return answer;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  /// The answer, or a missing node where the site is away or out of order.
  private JsonNode tried(
      LabelerConnection wire, ConcurrentHistogram times, String method, String path, String body) {
    long began = System.nanoTime();
    try {
      var answer = wire.ask(method, path, body.getBytes(StandardCharsets.UTF_8));
      times.recordValue((System.nanoTime() - began) / 1000);
      if (answer.status() == 200) {
        return JSON.readTree(answer.body());
      }
      if (answer.status() < 500) {
        throw new IllegalStateException(
            method + " " + path + ": expected 200, found " + answer.status() + answer.text());
      }
    } catch (JsonProcessingException odd) {
      throw new IllegalStateException("expected JSON", odd);
    } catch (IOException away) {
      // It was killed, or is about to be.
    }
    all.ledger().again();
    return JSON.missingNode();
  }
}
