package org.instructgpt.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinException;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.instructgpt.web.Account.Role;

/// The HTTP server of the site. Requests run on platform threads, not on virtual ones: reading the
/// store and hashing passwords do not yield a virtual thread's carrier, so two of them would block
/// all other requests on a machine with two processors.
final class Server {
  private static final System.Logger LOG = System.getLogger("org.instructgpt.web");
  private static final int MOST_THREADS = 300;
  private static final int FEWEST_THREADS = 8;

  private final Javalin javalin;
  private final String host;
  private final AtomicBoolean closing;

  private Server(Javalin javalin, String host, AtomicBoolean closing) {
    this.javalin = javalin;
    this.host = host;
    this.closing = closing;
  }

  /// @param own the site's own area; its pages show errors of requests that belong to no area
  static Server start(
      SiteSettings settings, List<SiteArea> others, SiteArea own, RequestGuard guard, Parts parts) {
    Messages site = own.messages(Optional.empty());
    var areas = new ArrayList<AreaPages>();
    others.forEach(area -> areas.add(new AreaPages(area, area.messages(Optional.of(site)))));
    areas.add(new AreaPages(own, site));
    var closing = new AtomicBoolean();
    var shared =
        new Pages.Shared(
            new Assets(
                areas.stream()
                    .map(AreaPages::area)
                    .collect(Collectors.toMap(SiteArea::name, a -> a::asset, (_, last) -> last))),
            Pages.engine(own.owner()),
            areas.stream().flatMap(AreaPages::entries).toList(),
            areas.stream().flatMap(AreaPages::paths).toList(),
            new ShutdownSignal(closing, parts.clock()));
    Javalin javalin =
        Javalin.create(config -> {
          basics(config, settings);
          config.routes.before(guard::enter);
          areas.forEach(area -> area.addTo(config, guard, shared));
          config.routes.get(
              "/assets/{area}/{file}",
              http ->
                  shared
                      .assets()
                      .serve(http, http.pathParam("area") + "/" + http.pathParam("file")));
          config.routes.get("/health/live", http -> health(http, true));
          BooleanSupplier ready = new Readiness(parts.healthy(), parts.clock())::now;
          config.routes.get(
              "/health/ready", http -> health(http, !closing.get() && ready.getAsBoolean()));
          var pages = new Pages(shared, own.name(), site, shared.layout());
          config.routes.exception(Exception.class, (e, http) -> guard.fault(e, pages, http));
          config.routes.exception(
              HttpResponseException.class, (e, http) -> guard.fault(e, pages, http));
        });
    return new Server(listening(javalin, settings), settings.host(), closing);
  }

  private static Javalin listening(Javalin javalin, SiteSettings settings) {
    try {
      return javalin.start(settings.host(), settings.port());
    } catch (RuntimeException failure) {
      throw ListenError.explained(failure, settings.host(), settings.port());
    }
  }

  /// An area with its texts.
  private record AreaPages(SiteArea area, Messages texts) {
    Stream<Pages.Entry> entries() {
      return area.links().stream()
          .map(link -> new Pages.Entry(texts, link.text(), link.path(), roles(link.path())));
    }

    /// The paths of its pages: everything that is neither for programs nor a download.
    Stream<Pattern> paths() {
      return area.routes().stream()
          .filter(route -> route.method() == Route.Method.GET)
          .filter(route -> !route.path().startsWith("/api/") && !route.path().contains("."))
          .map(Route::pattern);
    }

    void addTo(JavalinConfig config, RequestGuard guard, Pages.Shared shared) {
      var pages = new Pages(shared, area.name(), texts, Pages.engine(area.owner()));
      for (Route route : area.routes()) {
        config.routes.addHttpHandler(
            HandlerType.findOrCreate(route.method().name()),
            route.path(),
            http -> guard.handle(route, pages, http));
      }
    }

    private Set<Role> roles(String path) {
      return area.routes().stream()
          .filter(route -> route.path().equals(path) && route.method() == Route.Method.GET)
          .findFirst()
          .orElseThrow()
          .access()
          .roles();
    }
  }

  /// What the server needs from the program around it.
  record Parts(InstantSource clock, BooleanSupplier healthy) {}

  int port() {
    return javalin.port();
  }

  URI address() {
    return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
  }

  /// Becomes unready at once, accepts no new requests, and ends when the running ones have ended or
  /// the stop timeout has passed.
  void close() {
    if (closing.getAndSet(true)) {
      return;
    }
    try {
      javalin.stop();
    } catch (JavalinException impatient) {
      LOG.log(
          System.Logger.Level.WARNING, "the server stopped before all running requests had ended");
    }
  }

  private static void health(Context http, boolean well) {
    http.status(well ? 200 : 503)
        .contentType("text/plain; charset=utf-8")
        .result(well ? "ok\n" : "unavailable\n");
  }

  private static void basics(JavalinConfig config, SiteSettings settings) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.maxRequestSize = Exchange.MAX_BODY;
    config.http.defaultContentType = "text/plain; charset=utf-8";
    config.router.ignoreTrailingSlashes = false;
    config.jetty.threadPool = new QueuedThreadPool(MOST_THREADS, FEWEST_THREADS);
    config.jetty.modifyHttpConfiguration(http -> {
      http.setSendServerVersion(false);
      http.setSendXPoweredBy(false);
    });
    config.jetty.modifyServer(server -> {
      server.setHandler(new GracefulHandler(new PathPrefix(settings.siteAddress().prefix())));
      server.setStopTimeout(settings.patience().toMillis());
      // A request that is not HTTP at all gets one line of text.
      server.setErrorHandler((request, response, callback) -> {
        response.getHeaders().put("Content-Type", "text/plain; charset=utf-8");
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        Content.Sink.write(response, true, "refused\n", callback);
        return true;
      });
    });
  }
}
