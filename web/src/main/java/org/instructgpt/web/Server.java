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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// The HTTP server under the site. Requests run on threads of the operating system and not on
/// virtual ones: reading the store and hashing passwords never wait in Java, so two of them would
/// keep everybody else from the two processors of a small machine.
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

  /// @param own the site's area, whose pages show what is refused where no area is asked
  static Server start(
      Site.Settings settings, List<SiteArea> others, SiteArea own, RequestGuard gate, Parts parts) {
    Messages site = Messages.of(own, Optional.empty());
    var worded = new ArrayList<Worded>();
    others.forEach(area -> worded.add(new Worded(area, Messages.of(area, Optional.of(site)))));
    worded.add(new Worded(own, site));
    var closing = new AtomicBoolean();
    var studio =
        new Pages.Studio(
            new Assets(worded.stream().map(Worded::area).toList()),
            Pages.engine(own.owner()),
            worded.stream().flatMap(Worded::entries).toList(),
            worded.stream().flatMap(Worded::pages).toList(),
            new ShutdownSignal(closing, parts.clock()));
    Javalin javalin =
        Javalin.create(config -> {
          basics(config, settings);
          config.routes.before(gate::enter);
          worded.forEach(area -> area.addTo(config, gate, studio));
          config.routes.get(
              "/assets/{area}/{file}",
              http ->
                  studio
                      .assets()
                      .serve(http, http.pathParam("area") + "/" + http.pathParam("file")));
          config.routes.get("/health/live", http -> health(http, true));
          BooleanSupplier ready = new Readiness(parts.healthy(), parts.clock())::now;
          config.routes.get(
              "/health/ready", http -> health(http, !closing.get() && ready.getAsBoolean()));
          var pages = new Pages(studio, own.name(), site, studio.layout());
          config.routes.exception(Exception.class, (e, http) -> gate.fault(e, pages, http));
          config.routes.exception(
              HttpResponseException.class, (e, http) -> gate.fault(e, pages, http));
        });
    return new Server(listening(javalin, settings), settings.host(), closing);
  }

  private static Javalin listening(Javalin javalin, Site.Settings settings) {
    try {
      return javalin.start(settings.host(), settings.port());
    } catch (RuntimeException failure) {
      throw ListenError.explained(failure, settings.host(), settings.port());
    }
  }

  /// An area and what it says.
  private record Worded(SiteArea area, Messages texts) {
    Stream<Pages.Entry> entries() {
      return area.links().stream()
          .map(link -> new Pages.Entry(texts, link.text(), link.path(), access(link.path())));
    }

    /// The paths of its pages; what is for programs or to be kept as a file is none.
    Stream<Pattern> pages() {
      return area.routes().stream()
          .filter(route -> route.method() == Route.Method.GET)
          .filter(route -> !route.path().startsWith("/api/") && !route.path().contains("."))
          .map(Route::pattern);
    }

    void addTo(JavalinConfig config, RequestGuard gate, Pages.Studio studio) {
      var pages = new Pages(studio, area.name(), texts, Pages.engine(area.owner()));
      for (Route route : area.routes()) {
        config.routes.addHttpHandler(
            HandlerType.findOrCreate(route.method().name()),
            route.path(),
            http -> gate.handle(route, pages, http));
      }
    }

    private Route.Access access(String path) {
      return area.routes().stream()
          .filter(route -> route.path().equals(path) && route.method() == Route.Method.GET)
          .findFirst()
          .orElseThrow()
          .access();
    }
  }

  /// What the server asks of the program around it.
  record Parts(InstantSource clock, BooleanSupplier healthy) {}

  int port() {
    return javalin.port();
  }

  URI address() {
    return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
  }

  /// Is unready at once, takes nothing new, and ends when what is under way has ended, or the
  /// patience has.
  void close() {
    if (closing.getAndSet(true)) {
      return;
    }
    try {
      javalin.stop();
    } catch (JavalinException impatient) {
      LOG.log(System.Logger.Level.WARNING, "closed before all that was under way had ended");
    }
  }

  private static void health(Context http, boolean well) {
    http.status(well ? 200 : 503)
        .contentType("text/plain; charset=utf-8")
        .result(well ? "ok\n" : "unavailable\n");
  }

  private static void basics(JavalinConfig config, Site.Settings settings) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.maxRequestSize = Site.MAX_BODY;
    config.http.defaultContentType = "text/plain; charset=utf-8";
    config.router.ignoreTrailingSlashes = false;
    config.jetty.threadPool = new QueuedThreadPool(MOST_THREADS, FEWEST_THREADS);
    config.jetty.modifyHttpConfiguration(http -> {
      http.setSendServerVersion(false);
      http.setSendXPoweredBy(false);
    });
    config.jetty.modifyServer(server -> {
      server.setHandler(new GracefulHandler(new PathPrefix(settings.entrance().prefix())));
      server.setStopTimeout(settings.patience().toMillis());
      // What is not HTTP at all is told so in one line.
      server.setErrorHandler((request, response, callback) -> {
        response.getHeaders().put("Content-Type", "text/plain; charset=utf-8");
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        Content.Sink.write(response, true, "refused\n", callback);
        return true;
      });
    });
  }
}
