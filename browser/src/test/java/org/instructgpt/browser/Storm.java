package org.instructgpt.browser;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Route;

/// Sends wrong bodies to every route of a studio that takes one, as somebody who may use it.
///
/// The studio runs as behind a proxy, so that each request comes from an address of its own and no
/// limit of addresses hides what is behind it.
final class Storm implements AutoCloseable {
  private static final int WORKERS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int SOCKET_MILLIS = 10_000;

  private final Studio studio;
  private final long seed;
  private final List<Route> routes;
  private final Map<Role, Visitor> people;
  private final Map<String, List<String>> known;
  private final String token;
  private final Visitor victim;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger hungUp = new AtomicInteger();
  private final AtomicInteger broken = new AtomicInteger();

  /// @param hungUp requests whose connection ended without an answer
  /// @param broken of all, those whose framing was wrong
  /// @param faults answers of 500 and more
  record Report(
      int requests,
      int routes,
      Map<Integer, Integer> statuses,
      int broken,
      int hungUp,
      long seconds,
      List<String> faults) {}

  private Storm(Studio studio, long seed) throws IOException {
    this.studio = studio;
    this.seed = seed;
    this.routes = RouteTable.all().stream().filter(r -> r.method() != Route.Method.GET).toList();
    this.people =
        Map.of(
            Role.ADMIN, studio.admin(),
            Role.RESEARCHER, studio.person("researcher", "Rosa"),
            Role.LABELER, studio.person("labeler", "Lena"),
            Role.CUSTOMER, studio.person("customer", "Carl"));
    this.victim = studio.person("customer", "Victim");
    var customer = people.get(Role.CUSTOMER);
    customer.post("/playground/notice", Map.of("version", "2026-11 PRETRAIN SFT", "accept", "yes"));
    customer.json(
        "POST", "/playground/ask", "{\"prompt\":\"p\",\"models\":[\"sft\"],\"longest\":2}");
    var task = Tour.task(people.get(Role.LABELER));
    this.token = task.get("token").asText();
    this.known =
        Map.of(
            "item", List.of(task.get("item").asText()),
            "turn", column("SELECT id FROM serve_turn"),
            "place", List.of("0", "1"),
            "batch", column("SELECT id FROM label_batch"),
            "account", column("SELECT id FROM web_account WHERE name = 'Victim'"),
            "survey", List.of("demographics", "satisfaction"),
            "token", column("SELECT id FROM web_token"),
            "invitation", column("SELECT id FROM web_link"));
  }

  static Storm start(long seed) throws IOException {
    var studio =
        Studio.start(
            Tour::seed, "--open", "--requests", "1000000", "--address", "https://localhost");
    try {
      return new Storm(studio, seed);
    } catch (IOException | RuntimeException failure) {
      studio.close();
      throw failure;
    }
  }

  private List<String> column(String sql) {
    return studio.rows(sql).stream().map(row -> String.valueOf(row.get("id"))).toList();
  }

  Report run(int requests) {
    long began = System.nanoTime();
    var threads = new ArrayList<Thread>();
    for (int worker = 0; worker < WORKERS; worker++) {
      int first = worker;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                var random = new SplittableRandom(seed * WORKERS + first);
                for (int i = first; i < requests; i += WORKERS) {
                  one(routes.get(i % routes.size()), random);
                }
              }));
    }
    try {
      for (var thread : threads) {
        thread.join();
      }
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
    var counts = new TreeMap<Integer, Integer>();
    statuses.forEach((status, count) -> counts.put(status, count.get()));
    return new Report(
        counts.values().stream().mapToInt(Integer::intValue).sum() + hungUp.get(),
        routes.size(),
        counts,
        broken.get(),
        hungUp.get(),
        Duration.ofNanos(System.nanoTime() - began).toSeconds(),
        List.copyOf(faults));
  }

  private void one(Route route, SplittableRandom random) {
    var bodies = new Bodies(random);
    var path = new StringBuilder();
    for (var part : route.path().substring(1).split("/")) {
      path.append('/')
          .append(
              part.startsWith("{")
                  ? bodies.part(known.getOrDefault(part.substring(1, part.length() - 1), List.of()))
                  : part);
    }
    var who = who(route, random);
    var address =
        "10.%d.%d.%d".formatted(random.nextInt(256), random.nextInt(256), random.nextInt(256));
    var body = bodies.body(route.path(), token);
    var headers =
        new ArrayList<>(
            List.of("X-Forwarded-For", address, "Cookie", "__Host-session=" + who.session()));
    headers.addAll(List.of("Accept", random.nextBoolean() ? "application/json" : "text/html"));
    headers.addAll(List.of("X-CSRF-Token", random.nextInt(30) == 0 ? "wrong" : who.csrf()));
    var type = bodies.type(route.path());
    if (!type.isEmpty()) {
      headers.addAll(List.of("Content-Type", type));
    }
    try {
      boolean raw = random.nextInt(50) == 0;
      int status =
          raw
              ? raw(route, path.toString(), headers, body, random)
              : send(route, path.toString(), headers, body);
      statuses.computeIfAbsent(status, _ -> new AtomicInteger()).incrementAndGet();
      if (status >= 500) {
        faults.add(status + " " + route.method() + " " + path + " " + type + " " + shown(body));
      }
    } catch (IOException gone) {
      hungUp.incrementAndGet();
    } catch (InterruptedException stop) {
      throw new IllegalStateException(stop);
    }
  }

  /// Somebody whom the route lets in. Routes that end sessions get a visitor of their own.
  private Visitor who(Route route, SplittableRandom random) {
    if (route.path().contains("sign-out") && !route.path().contains("{")) {
      return victim;
    }
    var roles = route.access().roles().stream().sorted().toList();
    return people.get(roles.get(random.nextInt(roles.size())));
  }

  private static String shown(byte[] body) {
    var text = new String(body, StandardCharsets.UTF_8);
    return text.substring(0, Math.min(300, text.length()));
  }

  private int send(Route route, String path, List<String> headers, byte[] body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(studio.url() + path))
            .timeout(PATIENCE)
            .headers(headers.toArray(String[]::new))
            .method(route.method().name(), HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    var answer = client.send(request, BodyHandlers.ofInputStream());
    try (var in = answer.body()) {
      if (!answer.headers().firstValue("Content-Type").orElse("").contains("event-stream")) {
        in.readAllBytes();
      }
    }
    return answer.statusCode();
  }

  /// With a wrong length, malformed chunks, or an end in the middle.
  private int raw(
      Route route, String path, List<String> headers, byte[] body, SplittableRandom random)
      throws IOException {
    broken.incrementAndGet();
    var head = new StringBuilder(route.method() + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (int i = 0; i < headers.size(); i += 2) {
      head.append(headers.get(i)).append(": ").append(headers.get(i + 1)).append("\r\n");
    }
    var framing =
        List.of(
            "Content-Length: " + (body.length + 100),
            "Content-Length: " + body.length / 2,
            "Content-Length: -1",
            "Content-Length: 99999999999999999999",
            "Content-Length: 1\r\nContent-Length: 2",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "Content-Encoding: gzip\r\nContent-Length: " + body.length,
            "Expect: 100-continue\r\nContent-Length: " + body.length);
    head.append(framing.get(random.nextInt(framing.size()))).append("\r\n\r\n");
    try (var socket = new Socket("localhost", URI.create(studio.url()).getPort())) {
      socket.setSoTimeout(SOCKET_MILLIS);
      var out = socket.getOutputStream();
      out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
      socket.shutdownOutput();
      return status(socket.getInputStream());
    }
  }

  private static int status(InputStream in) throws IOException {
    var answer = new String(in.readNBytes(200), StandardCharsets.ISO_8859_1);
    var last = answer.replaceFirst("^HTTP/1\\.1 100.*\r\n\r\n", "");
    if (!last.matches("(?s)HTTP/1\\.1 \\d{3}.*")) {
      throw new IOException("no answer: " + answer);
    }
    return Integer.parseInt(last.substring(9, 12));
  }

  String log() throws IOException {
    return studio.said();
  }

  boolean isWell() {
    return new Visitor(studio.url()).get("/health/ready").statusCode() == 200;
  }

  @Override
  public void close() {
    studio.close();
  }
}
