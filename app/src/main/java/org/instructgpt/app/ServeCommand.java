package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.instructgpt.api.AnswerStore;
import org.instructgpt.api.ApiAccess;
import org.instructgpt.api.ApiKeys;
import org.instructgpt.api.ApiServer;
import org.instructgpt.project.Workspace;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.studio.KeptAnswers;
import org.instructgpt.web.ListenError;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt serve`: models for other programs, until it is told to end.
@Command(
    name = "serve",
    description = {
      "Serves models to programs, as OpenAI's interface does: chat, completions, log-probabilities,"
          + " rewards.",
      "Any client of that interface works with the address that it prints; no accounts are needed, and"
          + " nothing that is asked is kept unless --workspace and a key say so. Ctrl+C ends it; what is"
          + " under way is finished first."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives options with defaults a value
final class ServeCommand implements Callable<Integer> {
  private static final int KIB = 1024;
  private static final int MOST_CONNECTIONS = 16;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "A model's folder, whose name is the model's; may be given several times.")
  private List<Path> models;

  @Option(
      names = {"-p", "--port"},
      defaultValue = "8000",
      paramLabel = "P",
      description = "Where to listen; 0 takes a free one (${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--host",
      defaultValue = "localhost",
      paramLabel = "H",
      description =
          "The address to listen on; another than this machine's own needs --keys (${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      description =
          "Whoever may ask, and how much: JSON lines, see docs/openai-api.md; everybody without it.")
  private @Nullable Path keys;

  @Option(
      names = {"-w", "--workspace"},
      paramLabel = "DIR",
      description =
          "Where requests and feedback on answers are kept of those keys that say so (\"keep\"); nothing without it.")
  private @Nullable Path workspace;

  @Option(
      names = "--rows",
      defaultValue = "64",
      paramLabel = "N",
      description = "The most completions that a model makes at a time (${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--waiting",
      defaultValue = "256",
      paramLabel = "N",
      description = "The most completions under way or waiting; more get 429 (${DEFAULT-VALUE}).")
  private int waiting;

  @Option(
      names = "--context",
      defaultValue = "4096",
      paramLabel = "N",
      description =
          "The most tokens of a prompt and its completion, or the model's own if that is less (${DEFAULT-VALUE}).")
  private int context;

  @Option(
      names = "--memory",
      defaultValue = "4",
      paramLabel = "GIB",
      description = "For the weights of models, by their size on disk (${DEFAULT-VALUE}).")
  private double memory;

  @Option(
      names = "--cache-memory",
      defaultValue = "2",
      paramLabel = "GIB",
      description =
          "For the keys and values of a model's completions; less than --rows of them need means fewer at a time (${DEFAULT-VALUE}).")
  private double cacheMemory;

  @Option(
      names = "--seconds",
      defaultValue = "600",
      paramLabel = "S",
      description = "The most that a request may take; longer ones get 408 (${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--body",
      defaultValue = "1024",
      paramLabel = "KIB",
      description = "The most of a request's body; larger ones get 413 (${DEFAULT-VALUE}).")
  private int body;

  @Option(
      names = "--patience",
      defaultValue = "30",
      paramLabel = "S",
      description =
          "How long answers under way may go on when the end comes; then they end with an error (${DEFAULT-VALUE}).")
  private int patience;

  @Mixin private final Hardware hardware = new Hardware();

  @Spec private @Nullable CommandSpec spec;
  private final StopSignals stop;
  private final InstantSource clock;

  ServeCommand(StopSignals stop, InstantSource clock) {
    this.stop = stop;
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    ListenError.check(host, port);
    var known = keys == null ? Optional.<ApiKeys>empty() : Optional.of(ApiKeys.read(keys));
    checkKeeping(known);
    var catalog = ModelCatalog.of(models);
    if (workspace == null) {
      serve(catalog, known, AnswerStore.NONE);
    } else {
      try (var store = Workspace.create(workspace).store()) {
        serve(catalog, known, KeptAnswers.in(store, catalog, clock, new SecureRandom()));
      }
    }
    return 0;
  }

  private void checkKeeping(Optional<ApiKeys> known) {
    boolean keep = known.filter(ApiKeys::keepAny).isPresent();
    FlagCheck.require(
        "--keys",
        !keep || workspace != null,
        "--workspace as well, since a key has \"keep\"",
        String.valueOf(keys));
    FlagCheck.require(
        "--workspace",
        keep || workspace == null,
        "--keys with a key that has \"keep\": nothing would be kept otherwise",
        String.valueOf(workspace));
  }

  private void serve(ModelCatalog catalog, Optional<ApiKeys> known, AnswerStore answers)
      throws InterruptedException {
    var access = known.<ApiAccess>map(each -> each).orElse(ApiAccess.EVERYBODY);
    var settings =
        new ApiServer.Settings(
            host, port, waiting + MOST_CONNECTIONS, body * KIB, Duration.ofSeconds(seconds));
    var outside = new ApiServer.Outside(clock, System::nanoTime, new SecureRandom());
    var engine = new InferenceEngine(catalog, engineSettings());
    try (var server = ApiServer.start(settings, engine, access, answers, outside)) {
      tell(
          "serving %s%s"
              .formatted(
                  catalog.all().stream().map(ServedModel::name).collect(Collectors.joining(", ")),
                  keys == null ? " to everybody who reaches this address" : ""));
      tell("  " + server.address() + "/v1");
      stop.await();
      tell("ending: what is under way is finished first, for %d s at most".formatted(patience));
      engine.close(Duration.ofSeconds(patience));
    } finally {
      engine.close();
    }
  }

  private void check() {
    FlagCheck.require("--port", port >= 0 && port <= 65_535, "a port of 0 to 65535", port);
    FlagCheck.require("--rows", rows >= 1, "1 or more", rows);
    FlagCheck.require("--waiting", waiting >= 1, "1 or more", waiting);
    FlagCheck.require("--context", context >= 2, "2 or more", context);
    FlagCheck.require("--memory", memory > 0, "more than 0", memory);
    FlagCheck.require("--cache-memory", cacheMemory > 0, "more than 0", cacheMemory);
    FlagCheck.require("--seconds", seconds >= 1, "1 or more", seconds);
    FlagCheck.require("--body", body >= 1 && body <= 1 << 20, "1 to 1048576", body);
    FlagCheck.require("--patience", patience >= 0, "0 or more", patience);
    boolean here = List.of("localhost", "127.0.0.1", "::1").contains(host);
    FlagCheck.require(
        "--host",
        here || keys != null,
        "--keys as well, since everybody who reaches another address than this machine's own could use the models",
        host);
    hardware.check();
  }

  private InferenceEngine.Settings engineSettings() {
    double gib = 1L << 30;
    return new InferenceEngine.Settings(
        Math.round(memory * gib),
        waiting,
        rows,
        context,
        Math.round(cacheMemory * gib),
        hardware.precision(),
        hardware.device());
  }

  private void tell(String line) {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
