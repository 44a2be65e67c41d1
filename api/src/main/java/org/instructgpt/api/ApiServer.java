package org.instructgpt.api;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.instructgpt.files.FaultTrace;
import org.instructgpt.files.Json;
import org.instructgpt.serve.InferenceEngine;

/// Serves models over OpenAI's HTTP interface, for programs (docs/openai-api.md).
///
/// What is asked is not kept, but where a client agreed to it ([AnswerStore]).
public final class ApiServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger("org.instructgpt.api");
  private static final int FEWEST_THREADS = 8;
  private static final int ID_BYTES = 12;

  private final Settings settings;
  private final InferenceEngine engine;
  private final ApiAccess access;
  private final AnswerStore store;
  private final Outside outside;
  private final ApiMetrics metrics = new ApiMetrics();
  private final ClientLimits limits = new ClientLimits();
  private final Javalin javalin;

  /// How it serves.
  ///
  /// @param host the address to listen on
  /// @param port to listen on; 0 takes a free one
  /// @param connections the most requests that are read or answered at a time
  /// @param bytes the most of a request's body
  /// @param time the most that a request may take
  public record Settings(String host, int port, int connections, int bytes, Duration time) {}

  /// What the server needs from the world around it.
  ///
  /// @param nanos a monotonic clock
  /// @param random for ids and seeds; used under its own lock
  public record Outside(InstantSource clock, LongSupplier nanos, RandomGenerator random) {}

  private ApiServer(
      Settings settings,
      InferenceEngine engine,
      ApiAccess access,
      AnswerStore store,
      Outside outside) {
    this.settings = settings;
    this.engine = engine;
    this.access = access;
    this.store = store;
    this.outside = outside;
    this.javalin = Javalin.create(this::configure);
  }

  /// Starts a server; it answers when this returns.
  ///
  /// @param engine of the models; closed by the caller, before the server
  /// @param access who may ask
  /// @param store where what clients agreed to is kept
  /// @throws IllegalArgumentException if it cannot listen there
  public static ApiServer start(
      Settings settings,
      InferenceEngine engine,
      ApiAccess access,
      AnswerStore store,
      Outside outside) {
    var server = new ApiServer(settings, engine, access, store, outside);
    server.javalin.start(settings.host, settings.port);
    return server;
  }

  /// Where it listens.
  public URI address() {
    var host = settings.host.contains(":") ? "[" + settings.host + "]" : settings.host;
    return URI.create("http://%s:%d".formatted(host, javalin.port()));
  }

  /// Ends when the requests under way have been answered.
  @Override
  public void close() {
    javalin.stop();
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.maxRequestSize = settings.bytes;
    config.http.prefer405over404 = true;
    config.router.ignoreTrailingSlashes = true;
    config.jetty.threadPool =
        new QueuedThreadPool(settings.connections + FEWEST_THREADS, FEWEST_THREADS);
    config.jetty.modifyHttpConfiguration(http -> {
      http.setSendServerVersion(false);
      http.setSendXPoweredBy(false);
    });
    var models = new OpenModels(engine);
    var completions =
        new CompletionRoutes(models, limits, metrics, store, outside.clock, outside.random);
    var feedback = new FeedbackRoute(store);
    var others = new ModelRoutes(models, limits, metrics, outside.clock);
    for (var base : List.of("", "/v1")) {
      post(config, base + "/chat/completions", completions::chat);
      post(config, base + "/completions", completions::complete);
      post(config, base + "/score", others::score);
      post(config, base + "/feedback", feedback::take);
      get(config, base + "/models", others::list);
      get(config, base + "/models/{model}", others::one);
    }
    post(config, "/tokenize", others::tokenize);
    post(config, "/detokenize", others::detokenize);
    get(config, "/tokenizer_info", others::tokenizerInfo);
    get(config, "/metrics", this::metrics);
    config.routes.get("/health", this::health);
    config.routes.exception(Exception.class, this::fault);
    config.routes.exception(HttpResponseException.class, this::fault);
  }

  /// Answers a request, or throws an [ApiRefusal].
  @FunctionalInterface
  private interface Handler {
    void handle(ApiExchange exchange) throws IOException, InterruptedException;
  }

  private void get(JavalinConfig config, String path, Handler handler) {
    config.routes.addHttpHandler(HandlerType.GET, path, http -> handle(http, path, handler));
  }

  private void post(JavalinConfig config, String path, Handler handler) {
    config.routes.addHttpHandler(HandlerType.POST, path, http -> handle(http, path, handler));
  }

  private void handle(Context http, String path, Handler handler)
      throws IOException, InterruptedException {
    long began = outside.nanos.getAsLong();
    var id = id();
    http.header("x-request-id", "req_" + id);
    var client = Optional.<ApiAccess.Client>empty();
    metrics.begun();
    try {
      refuseOtherSites(http);
      client = Optional.of(client(http));
      limits.request(client.get());
      var time = new Answering.Limits(outside.nanos, began, settings.time);
      handler.handle(new ApiExchange(http, client.get(), id, settings.bytes, time));
    } catch (ApiRefusal refusal) {
      refuse(http, refusal);
    } finally {
      double seconds = (outside.nanos.getAsLong() - began) / 1e9;
      var name = client.map(ApiAccess.Client::name).orElse("unknown");
      metrics.answered(path, http.statusCode(), name, seconds);
    }
  }

  private ApiAccess.Client client(Context http) {
    var header = Optional.ofNullable(http.header("Authorization"));
    var key =
        header
            .filter(value -> value.startsWith("Bearer "))
            .map(value -> value.substring("Bearer ".length()).strip())
            .or(() -> Optional.ofNullable(http.header("X-Api-Key")));
    return access.client(key).orElseThrow(() -> ApiRefusal.unknownKey(key.isPresent()));
  }

  /// A page of another site that is open in somebody's browser here must not use the models.
  private static void refuseOtherSites(Context http) {
    var site = http.header("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw ApiRefusal.otherSite();
    }
  }

  private String id() {
    var bytes = new byte[ID_BYTES];
    synchronized (outside.random) {
      outside.random.nextBytes(bytes);
    }
    return HexFormat.of().formatHex(bytes);
  }

  private void metrics(ApiExchange exchange) {
    exchange.http().contentType("text/plain; version=0.0.4; charset=utf-8").result(metrics.text());
  }

  private void health(Context http) {
    boolean well = !engine.closed();
    http.status(well ? 200 : 503)
        .contentType("application/json")
        .result("{\"status\":\"%s\"}".formatted(well ? "ok" : "shutting down"));
  }

  private void fault(Exception fault, Context http) {
    if (http.res().getHeader("x-request-id") == null) {
      http.header("x-request-id", "req_" + id());
    }
    var method = http.req().getMethod();
    switch (fault) {
      case HttpResponseException known when known.getStatus() == 405 ->
          refuse(http, ApiRefusal.noMethod(method, http.path()));
      case HttpResponseException known when known.getStatus() == 413 ->
          refuse(http, ApiRefusal.tooLarge(settings.bytes));
      case HttpResponseException known when known.getStatus() < 500 ->
          refuse(http, ApiRefusal.noPath(method, http.path()));
      default -> {
        LOG.log(Level.ERROR, method + " failed" + FaultTrace.of(fault));
        refuse(http, ApiRefusal.fault("something went wrong on the server; see its log"));
      }
    }
  }

  private static void refuse(Context http, ApiRefusal refusal) {
    if (http.res().isCommitted()) {
      return;
    }
    http.status(refusal.status());
    if (refusal.laterSeconds().isPresent()) {
      http.header("retry-after", String.valueOf(refusal.laterSeconds().get()));
    } else if (refusal.status() < 500) {
      http.header("x-should-retry", "false");
    }
    if (refusal.status() == 401) {
      http.header("WWW-Authenticate", "Bearer");
    }
    http.contentType("application/json").result(Json.text(refusal.json()));
  }
}
