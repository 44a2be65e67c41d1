package org.instructgpt.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.instructgpt.files.Json;
import org.jspecify.annotations.Nullable;

/// A hub of one model, `org/model`, on this machine: lists its files, and gives large ones by a
/// redirect to another host, as Hugging Face's does. What it was asked is remembered, and an answer
/// can be made to go wrong.
public final class FakeHub implements AutoCloseable {
  /// Files of more bytes lie elsewhere.
  private static final int LARGE = 20_000;

  /// What was asked.
  ///
  /// @param elsewhere whether the host of large files was asked
  public record Asked(
      String method,
      String path,
      @Nullable String authorization,
      @Nullable String range,
      boolean elsewhere) {}

  /// An answer in the place of the right one.
  @FunctionalInterface
  public interface Fault {
    /// Answers, with what the right answer's body would be.
    void answer(HttpExchange exchange, byte[] body) throws IOException;
  }

  private final HttpServer main = server();
  private final HttpServer elsewhere = server();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Map<String, Queue<Fault>> faults = new HashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private Consumer<ObjectNode> listing = _ -> {};
  private String commit = "a".repeat(40);
  private boolean ranges = true;

  /// A hub without files.
  public FakeHub() throws IOException {
    for (var server : List.of(main, elsewhere)) {
      server.createContext("/", this::handle);
      server.setExecutor(threads);
      server.start();
    }
  }

  private static HttpServer server() throws IOException {
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  /// Its address.
  public String address() {
    return "http://127.0.0.1:" + main.getAddress().getPort();
  }

  /// Adds or replaces a file.
  public void put(String name, byte[] content) {
    files.put(name, content);
  }

  /// Takes a file away.
  public void remove(String name) {
    files.remove(name);
  }

  byte[] content(String name) {
    return Objects.requireNonNull(files.get(name), name);
  }

  /// The model is at another commit now.
  void commit(String other) {
    commit = other;
  }

  /// The rest of a file alone is not given any more.
  void ignoreRanges() {
    ranges = false;
  }

  /// The list of files is told otherwise.
  void listing(Consumer<ObjectNode> change) {
    listing = change;
  }

  /// The next answers about a file, or about `api`, go wrong, each in the way that is told.
  void fail(String name, Fault... ways) {
    faults.computeIfAbsent(name, _ -> new ArrayDeque<>()).addAll(List.of(ways));
  }

  /// What was asked so far.
  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  /// How often content of a file was asked for.
  long gets(String name) {
    return asked.stream()
        .filter(each -> each.method().equals("GET") && each.path().endsWith("/" + name))
        .count();
  }

  /// A status and nothing else.
  static Fault status(int status, String... headers) {
    return (exchange, _) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /// The connection ends after so many bytes of the body.
  static Fault breaksOffAfter(int bytes) {
    return (exchange, body) -> {
      begin(exchange, body);
      exchange.getResponseBody().write(body, 0, Math.min(bytes, body.length));
      exchange.getResponseBody().flush();
      rest(); // what has come is read before the end is
      throw new IOException("broken off on purpose");
    };
  }

  static void rest() throws IOException {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /// Other bytes than the right ones, as many.
  static Fault wrong() {
    return (exchange, body) -> {
      begin(exchange, body);
      var other = body.clone();
      other[other.length / 2] ^= 1;
      exchange.getResponseBody().write(other);
    };
  }

  static void begin(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(
        exchange.getResponseHeaders().containsKey("Content-Range") ? 206 : 200, body.length);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      var headers = exchange.getRequestHeaders();
      boolean other = exchange.getLocalAddress().getPort() == elsewhere.getAddress().getPort();
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              path,
              headers.getFirst("Authorization"),
              headers.getFirst("Range"),
              other));
      if (path.startsWith("/api/models/")) {
        give(exchange, "api", listed());
      } else {
        var name = path.replaceFirst("^/org/model/resolve/[0-9a-f]{40}/|^/blobs/", "");
        if (!files.containsKey(name)) {
          exchange.sendResponseHeaders(404, -1);
        } else if (!other && content(name).length > LARGE) {
          refer(exchange, name);
        } else {
          file(exchange, name);
        }
      }
    } catch (IOException onPurpose) {
      // The client sees a connection that ends.
    }
  }

  private void refer(HttpExchange exchange, String name) throws IOException {
    var headers = exchange.getResponseHeaders();
    headers.add("X-Linked-Size", String.valueOf(content(name).length));
    headers.add("X-Linked-Etag", "\"" + sum("SHA-256", content(name)) + "\"");
    headers.add("Location", elsewhere() + "/blobs/" + name + "?signature=1");
    exchange.sendResponseHeaders(302, -1);
  }

  private String elsewhere() {
    return "http://127.0.0.1:" + elsewhere.getAddress().getPort();
  }

  private void file(HttpExchange exchange, String name) throws IOException {
    var body = content(name);
    var range = exchange.getRequestHeaders().getFirst("Range");
    exchange.getResponseHeaders().add("ETag", "\"" + gitSum(body) + "\"");
    if (range != null && ranges) {
      int from = Integer.parseInt(range.replaceAll("\\D", ""));
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes %d-%d/%d".formatted(from, body.length - 1, body.length));
      body = Arrays.copyOfRange(body, from, body.length);
    }
    give(exchange, name, body);
  }

  private void give(HttpExchange exchange, String name, byte[] body) throws IOException {
    var fault = faults.getOrDefault(name, new ArrayDeque<>()).poll();
    if (fault != null) {
      fault.answer(exchange, body);
    } else if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().add("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(200, -1);
    } else {
      begin(exchange, body);
      exchange.getResponseBody().write(body);
    }
  }

  private byte[] listed() throws IOException {
    var json = Json.LENIENT.createObjectNode();
    json.put("id", "org/model").put("sha", commit).put("gated", false);
    json.putObject("cardData").put("license", "apache-2.0");
    var siblings = json.putArray("siblings");
    files.forEach((name, content) -> {
      var file = siblings.addObject().put("rfilename", name).put("size", content.length);
      file.put("blobId", gitSum(content));
      if (content.length > LARGE) {
        file.putObject("lfs").put("sha256", sum("SHA-256", content)).put("size", content.length);
      }
    });
    listing.accept(json);
    return Json.LENIENT.writeValueAsBytes(json);
  }

  private static String gitSum(byte[] content) {
    var head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    var whole = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, whole, head.length, content.length);
    return sum("SHA-1", whole);
  }

  private static String sum(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    main.stop(0);
    elsewhere.stop(0);
    threads.shutdownNow();
  }
}
