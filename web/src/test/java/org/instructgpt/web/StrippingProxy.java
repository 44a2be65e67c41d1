package org.instructgpt.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/// A reverse proxy that serves a studio below a path, as `proxy_pass http://localhost:8080/;` of
/// nginx does: the path is stripped. Requests outside the path would be another program's: they get
/// 404 and are recorded.
public final class StrippingProxy implements AutoCloseable {
  /// Headers that a proxy does not forward, or that the client sets by itself.
  private static final Set<String> OWN =
      Set.of(
          "host", "connection", "content-length", "transfer-encoding", "upgrade", "http2-settings");

  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String prefix;
  private final Set<String> beside = ConcurrentHashMap.newKeySet();
  private volatile int studio;

  private StrippingProxy(HttpServer server, String prefix) {
    this.server = server;
    this.prefix = prefix;
  }

  /// Listens on a free port; the studio's port is set later with [#to].
  public static StrippingProxy below(String prefix) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var proxy = new StrippingProxy(server, prefix);
    server.createContext("/", proxy::pass);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return proxy;
  }

  /// Where browsers find the studio.
  public String url() {
    return "http://localhost:" + server.getAddress().getPort() + prefix;
  }

  public void to(int port) {
    studio = port;
  }

  /// The requested paths that are not below the path.
  public Set<String> beside() {
    return beside;
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      String asked = exchange.getRequestURI().toString();
      if (!asked.startsWith(prefix + "/")) {
        beside.add(asked);
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      var request =
          HttpRequest.newBuilder(
              URI.create("http://localhost:" + studio + asked.substring(prefix.length())));
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> {
            if (!OWN.contains(name.toLowerCase(java.util.Locale.ROOT))) {
              values.forEach(value -> request.header(name, value));
            }
          });
      request.method(
          exchange.getRequestMethod(),
          HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
      var answer = client.send(request.build(), BodyHandlers.ofInputStream());
      answer
          .headers()
          .map()
          .forEach((name, values) -> {
            if (!OWN.contains(name) && !name.startsWith(":")) {
              values.forEach(value -> exchange.getResponseHeaders().add(name, value));
            }
          });
      exchange.sendResponseHeaders(
          answer.statusCode(), Map.of(204, -1, 304, -1).getOrDefault(answer.statusCode(), 0));
      hand(answer.body(), exchange);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Forwards the body as it comes, so that events are not buffered.
  private static void hand(InputStream body, HttpExchange exchange) throws IOException {
    try (body) {
      var chunk = new byte[8192];
      for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
        exchange.getResponseBody().write(chunk, 0, read);
        exchange.getResponseBody().flush();
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    client.shutdownNow();
  }
}
