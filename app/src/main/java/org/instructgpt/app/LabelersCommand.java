package org.instructgpt.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.instructgpt.experiment.Commands;
import org.instructgpt.experiment.TaskWorker;
import org.instructgpt.files.Count;
import org.instructgpt.files.Json;
import org.instructgpt.model.StopFlag;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Labeler;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt labelers`: the simulated people of a demo's world work in its studio, beside
/// people.
@Command(
    name = "labelers",
    description = {
      "Lets simulated labelers of a demo's world do the tasks of a studio, through its HTTP API.",
      "One for each token, until there is nothing left for them. What people asked themselves they give"
          + " back."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required options a value
final class LabelersCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = Json.LENIENT;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int TRIES = 8;

  @Option(
      names = {"-w", "--workspace"},
      defaultValue = "workspace",
      paramLabel = "DIR",
      description = "The workspace of the demo whose people they are (${DEFAULT-VALUE}).")
  private Path workspace;

  @Option(
      names = "--url",
      defaultValue = "http://localhost:8080",
      paramLabel = "URL",
      description = "Where the studio is (${DEFAULT-VALUE}).")
  private String url;

  @Option(
      names = "--token",
      required = true,
      split = ",",
      paramLabel = "T",
      description =
          "Of the account of each labeler, from its account page; repeat it or use commas.")
  private List<String> tokens;

  @Option(
      names = "--pool",
      defaultValue = "training",
      paramLabel = "POOL",
      description = "Whose judgment they have: training or held_out (${DEFAULT-VALUE}).")
  private Labeler.Pool pool;

  @Option(
      names = "--tasks",
      defaultValue = "2147483647",
      paramLabel = "N",
      description = "The most that each does (no bound).")
  private int most;

  @Option(
      names = "--pause",
      defaultValue = "0",
      paramLabel = "S",
      description = "Seconds between two tasks of one labeler (${DEFAULT-VALUE}).")
  private double pause;

  @Spec private @Nullable CommandSpec spec;
  private final Function<Path, Commands> commands;
  private final StopSignals stop;
  private final InstantSource clock;

  /// @param commands those that log to a file
  LabelersCommand(Function<Path, Commands> commands, StopSignals stop, InstantSource clock) {
    this.commands = commands;
    this.stop = stop;
    this.clock = clock;
  }

  /// What one of them has done.
  private record Tally(int done, int skipped) {}

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var flag = stop.heed();
    var workers = TaskWorker.of(pool, Workspace.open(workspace), commands, out);
    if (workers.isEmpty()) {
      throw new IllegalArgumentException("--pool: expected training or held_out, found " + pool);
    }
    try (var client = HttpClient.newHttpClient();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Tally>> work = new ArrayList<>();
      for (int i = 0; i < tokens.size(); i++) {
        var worker = workers.get(i % workers.size());
        var studio = new Http(client, tokens.get(i));
        work.add(threads.submit(() -> work(worker, studio, flag)));
      }
      for (int i = 0; i < work.size(); i++) {
        var tally = work.get(i).get();
        out.println(
            "%s: %s done, %,d given back"
                .formatted(
                    workers.get(i % workers.size()).id(),
                    Count.of(tally.done(), "task"),
                    tally.skipped()));
      }
    }
    return 0;
  }

  private Tally work(TaskWorker worker, Http studio, StopFlag flag)
      throws IOException, InterruptedException {
    int done = 0;
    int skipped = 0;
    while (done + skipped < most && !flag.requested()) {
      var task = studio.post("/api/tasks/next", JSON.createObjectNode()).path("task");
      if (task.isMissingNode() || task.isNull()) {
        break;
      }
      var path = "/api/tasks/" + task.path("item").asText();
      var started = clock.instant();
      var work = worker.work(task);
      Thread.sleep(Duration.ofMillis(Math.round(pause * 1000)));
      var body = JSON.createObjectNode();
      if (work.isPresent()) {
        body.put("submission", UUID.randomUUID().toString())
            .put("token", task.path("token").asText())
            .put("started", started.toString())
            .put("activeMillis", Duration.between(started, clock.instant()).toMillis())
            .set("work", work.get());
        studio.post(path + "/submit", body);
        done++;
      } else {
        body.put("token", task.path("token").asText()).put("reason", "other");
        body.put("note", "simulated people cannot judge what people asked");
        studio.post(path + "/skip", body);
        skipped++;
      }
    }
    return new Tally(done, skipped);
  }

  /// The studio as one account sees it. A request whose answer got lost is sent again as it was:
  /// the same submission counts once.
  private final class Http {
    private final HttpClient client;
    private final String token;

    Http(HttpClient client, String token) {
      this.client = client;
      this.token = token;
    }

    JsonNode post(String path, ObjectNode body) throws IOException, InterruptedException {
      var request =
          HttpRequest.newBuilder(URI.create(url.replaceFirst("/$", "") + path))
              .timeout(PATIENCE)
              .header("Authorization", "Bearer " + token)
              .header("Content-Type", "application/json")
              .header("Accept", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
              .build();
      IOException last = new IOException(url + path + ": no answer");
      for (int i = 0; i < TRIES; i++) {
        Thread.sleep(i == 0 ? 0 : 100L << i);
        try {
          var answer = client.send(request, BodyHandlers.ofString());
          if (answer.statusCode() < 300) {
            return JSON.readTree(answer.body());
          }
          last = new IOException(path + ": " + answer.statusCode() + " " + answer.body());
          if (answer.statusCode() != 429 && answer.statusCode() != 503) {
            throw new IllegalArgumentException(last.getMessage());
          }
        } catch (IOException lost) {
          last = lost;
        }
      }
      throw last;
    }
  }
}
