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

/// A simulated labeler at the HTTP API, with a connection of its own: takes the next item,
/// sometimes types drafts, submits the work. A call without an answer is repeated until it is
/// answered, a submission under the same id, as the page does it. The sixth submission is sent ten
/// times at once.
record HttpLabeler(VirtualLabelers all, Person me, Timings timings, BooleanSupplier stop) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int SENT_TEN_TIMES = 5;
  private static final int AT_ONCE = 10;
  private static final int DRAFTS = 4;
  private static final int TYPING_MILLIS = 250;
  private static final int PAUSE_MILLIS = 100;

  /// @param first when the first item is begun, in nanoseconds
  /// @param period nanoseconds from one item to the next, if the site keeps up; 0 for no pause
  Void work(long first, long period) throws InterruptedException, IOException {
    Set<String> finished = new HashSet<>();
    try (var connection = new LabelerConnection(all.port(), me.token())) {
      for (long turn = 0; !stop.getAsBoolean(); turn++) {
        Thread.sleep(Math.max(0, first + turn * period - System.nanoTime()) / 1_000_000);
        JsonNode task =
            askUntilAnswered(connection, timings.next(), "POST", "/api/tasks/next", "{}")
                .path("task");
        if (task.isMissingNode()) {
          break;
        }
        String item = task.path("item").asText();
        all.acknowledgements().assigned(me.id(), item, all.overlap());
        if (!finished.add(item)) {
          all.acknowledgements().breach("an item that the labeler had handed in");
        }
        boolean types =
            all.draftEvery() > 0 && Math.floorMod(me.id().hashCode() + turn, all.draftEvery()) == 0;
        if (types) {
          typeDrafts(connection, item, task.path("draft").path("version").asLong());
        }
        submit(connection, task, turn == SENT_TEN_TIMES);
      }
    }
    return null;
  }

  /// Each attempt sends a newer draft, because the text changes while the site is down.
  private void typeDrafts(LabelerConnection connection, String item, long stored)
      throws InterruptedException {
    var page = new Acknowledgements.Page(me.id(), item);
    all.acknowledgements().startTyping(page, System.currentTimeMillis());
    long version = stored;
    for (int kept = 0; kept < DRAFTS; ) {
      version++;
      String draft =
          "{\"version\":%d,\"content\":{\"typed\":%d}}"
              .formatted(version, System.currentTimeMillis());
      var answer =
          tryOnce(connection, timings.draft(), "PUT", "/api/tasks/" + item + "/draft", draft);
      if (!answer.isMissingNode()) {
        all.acknowledgements().draftStored(page, version);
        kept++;
      }
      Thread.sleep(TYPING_MILLIS);
    }
    all.acknowledgements().stopTyping(page);
  }

  private void submit(LabelerConnection connection, JsonNode task, boolean tenTimes)
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
      submitTenTimes(path, body);
    }
    askUntilAnswered(connection, timings.submit(), "POST", path, body);
    all.acknowledgements().submitted(id);
  }

  /// All ten must get the same receipt.
  private void submitTenTimes(String path, String body) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          IntStream.range(0, AT_ONCE)
              .mapToObj(_ ->
                  threads.submit(() -> {
                    try (var another = new LabelerConnection(all.port(), me.token())) {
                      return askUntilAnswered(
                          another, new ConcurrentHistogram(3), "POST", path, body);
                    }
                  }))
              .toList();
      var receipts = new HashSet<JsonNode>();
      for (var answer : answers) {
        receipts.add(answer.get());
      }
      if (receipts.size() > 1) {
        all.acknowledgements().breach("two receipts for one submission");
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

  /// Repeats a call until it is answered.
  private JsonNode askUntilAnswered(
      LabelerConnection connection,
      ConcurrentHistogram times,
      String method,
      String path,
      String body)
      throws InterruptedException {
    while (true) {
      JsonNode answer = tryOnce(connection, times, method, path, body);
      if (!answer.isMissingNode()) {
        return answer;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  /// The answer, or a missing node if the site is down or fails.
  private JsonNode tryOnce(
      LabelerConnection connection,
      ConcurrentHistogram times,
      String method,
      String path,
      String body) {
    long began = System.nanoTime();
    try {
      var answer = connection.ask(method, path, body.getBytes(StandardCharsets.UTF_8));
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
      // The site was killed or is about to be.
    }
    all.acknowledgements().countRepeat();
    return JSON.missingNode();
  }
}
