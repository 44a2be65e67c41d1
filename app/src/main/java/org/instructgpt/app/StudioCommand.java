package org.instructgpt.app;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.instructgpt.api.ApiServer;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Store;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.studio.StudioAreas;
import org.instructgpt.web.ListenError;
import org.instructgpt.web.Site;
import org.instructgpt.web.SiteSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt studio`: the people's side of a workspace as one web site, until it is told to end.
@Command(
    name = "studio",
    description = {
      "Opens a workspace to people, in a browser.",
      "Customers use the playground, labelers demonstrate, rate and rank, researchers watch quality and"
          + " start rounds, administrators invite. Everything is kept in the workspace's store; nothing"
          + " else needs to be installed. A workspace that is missing is made. Ctrl+C ends it."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives options with defaults a value
final class StudioCommand implements Callable<Integer> {
  /// How long requests and answers under way may take when the end comes.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int MOST_CONNECTIONS = 16;
  private static final int API_BYTES = 1 << 20;
  private static final Duration API_TIME = Duration.ofMinutes(10);

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Option(
      names = {"-p", "--port"},
      defaultValue = "8080",
      paramLabel = "P",
      description = "Where to listen; 0 takes a free one (${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--host",
      defaultValue = "localhost",
      paramLabel = "H",
      description =
          "The address to listen on; another than this machine's own needs --address (${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--address",
      paramLabel = "URL",
      description =
          "Where browsers find it, such as https://studio.example.org or https://example.org/studio: the proxy in front that speaks TLS.")
  private @Nullable String address;

  @Option(
      names = "--store",
      paramLabel = "PLACE",
      description =
          "postgresql://user:password@host/database instead of the workspace's own; see store.txt in docs/studio.md.")
  private @Nullable String place;

  @Option(names = "--open", description = "Customers may register without an invitation.")
  private boolean open;

  @Option(
      names = "--api",
      paramLabel = "P",
      description =
          "Answer programs too, as OpenAI's interface does, at this port; the access tokens of accounts are its keys (docs/openai-api.md).")
  private @Nullable Integer api;

  @Option(
      names = "--memory",
      defaultValue = "4",
      paramLabel = "GIB",
      description =
          "For the weights of models that answer, by their size on disk (${DEFAULT-VALUE}).")
  private double memory;

  @Option(
      names = "--waiting",
      defaultValue = "32",
      paramLabel = "N",
      description = "The most answers under way or waiting; more are refused (${DEFAULT-VALUE}).")
  private int waiting;

  @Option(
      names = "--requests",
      defaultValue = "50",
      paramLabel = "N",
      description = "The most requests a second of one account (${DEFAULT-VALUE}).")
  private int requests;

  @Mixin private final Hardware hardware = new Hardware();

  @Spec private @Nullable CommandSpec spec;
  private final StopSignals stop;
  private final InstantSource clock;

  StudioCommand(StopSignals stop, InstantSource clock) {
    this.stop = stop;
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    FlagCheck.require(
        "--api",
        api == null || api >= 0 && api <= 65_535,
        "a port of 0 to 65535",
        String.valueOf(api));
    var settings = new SiteSettings(host, port, address(), open, requests, PATIENCE);
    var folder = Workspace.create(workspace.folder());
    var random = new SecureRandom();
    var records = place == null ? folder.place() : place;
    try (var watchman = StudioLock.over(records)) {
      settings.checkPlace();
      serve(settings, folder, records, random, watchman);
    }
    return 0;
  }

  private void serve(
      SiteSettings settings,
      Workspace folder,
      String records,
      SecureRandom random,
      StudioLock watchman)
      throws IOException, InterruptedException {
    try (var store = Store.open(records)) {
      var engine = new InferenceEngine(folder.root().resolve("models"), engineSettings());
      var areas = new StudioAreas(folder, store, engine, clock, System::nanoTime, random);
      try (var programs = programs(areas, engine, random)) {
        try (var site = Site.start(settings, store, areas.all(), clock, random)) {
          watchman.tell(site.url());
          greet(site, programs);
          stop.await();
          tell(
              "ending: what is under way is finished first, for %d seconds at most"
                  .formatted(PATIENCE.toSeconds()));
        }
        engine.close(
            programs.isPresent() ? PATIENCE : Duration.ZERO); // programs' streams end first
      } finally {
        engine.close();
      }
    }
  }

  /// The server for programs, if one is wanted.
  private Programs programs(StudioAreas areas, InferenceEngine engine, SecureRandom random)
      throws IOException {
    if (api == null) {
      return new Programs(Optional.empty());
    }
    ListenError.check(host, api);
    var settings =
        new ApiServer.Settings(host, api, waiting + MOST_CONNECTIONS, API_BYTES, API_TIME);
    var outside = new ApiServer.Outside(clock, System::nanoTime, random);
    return new Programs(
        Optional.of(
            ApiServer.start(
                settings, engine, areas.access(60 * requests), areas.answers(), outside)));
  }

  /// The server for programs, if there is one.
  private record Programs(Optional<ApiServer> server) implements AutoCloseable {
    boolean isPresent() {
      return server.isPresent();
    }

    @Override
    public void close() {
      server.ifPresent(ApiServer::close);
    }
  }

  private Optional<URI> address() {
    try {
      return address == null ? Optional.empty() : Optional.of(new URI(address));
    } catch (URISyntaxException notAnAddress) {
      throw new IllegalArgumentException(
          "--address: expected an address such as https://studio.example.org or"
              + " https://example.org/studio, found "
              + address);
    }
  }

  private InferenceEngine.Settings engineSettings() {
    return new InferenceEngine.Settings(
        Math.round(memory * (1L << 30)), waiting, hardware.precision(), hardware.device());
  }

  private void greet(Site site, Programs programs) {
    tell("studio of " + workspace.folder().toAbsolutePath().normalize());
    tell("  " + site.url());
    programs.server().ifPresent(server -> tell("for programs: " + server.address() + "/v1"));
    if (!site.hasAdmin()) {
      tell("the first administrator joins here, once, within a day:");
      tell("  " + site.oneTimeAdminLink());
    }
  }

  private void tell(String line) {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
