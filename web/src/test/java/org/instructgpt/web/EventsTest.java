package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.instructgpt.records.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Event streams: their order, disconnected clients, the site's shutdown.
@Timeout(60)
class EventsTest {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch hungUp = new CountDownLatch(1);
  private final AtomicInteger sent = new AtomicInteger();

  private final SiteArea area =
      new SiteArea(
          EventsTest.class,
          List.of(
              Route.post("/count", Route.Access.EVERYBODY, this::count),
              Route.get("/wait", Route.Access.EVERYBODY, this::waitForEnd),
              Route.get("/for-ever", Route.Access.EVERYBODY, this::forEver)),
          List.of());

  private void count(Exchange exchange) throws Exception {
    try (var events = exchange.events()) {
      for (int i = 1; i <= 10; i++) {
        events.send("number", Map.of("n", i, "text", "一\n二"));
        begun.countDown();
        Thread.sleep(50);
      }
      events.send("done", Map.of());
    }
  }

  /// Sends nothing by itself: only pings find out that the client has disconnected.
  private void waitForEnd(Exchange exchange) throws Exception {
    try (var events = exchange.events()) {
      begun.countDown();
      while (!events.gone()) {
        Thread.sleep(10);
      }
      hungUp.countDown();
    }
  }

  private void forEver(Exchange exchange) throws Exception {
    try (var events = exchange.events()) {
      while (!events.gone() && !events.ending()) {
        events.send("tick", Map.of());
        sent.incrementAndGet();
        begun.countDown();
        Thread.sleep(10);
      }
      events.send("end", Map.of());
    }
  }

  /// With the system clock, since pings wait in real time.
  private Site start(Store store) throws IOException {
    return Site.start(
        TestSite.settings(), store, List.of(area), InstantSource.system(), new SecureRandom());
  }

  @Test
  void eventsArriveInOrderAsTheyAreSent() {
    try (var test = TestSite.start(area)) {
      var answer = test.browser().post("/count", Map.of());
      assertThat(answer.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
      assertThat(answer.body())
          .contains("event: number\ndata: {")
          .contains("一\\n二")
          .endsWith("event: done\ndata: {}\n\n");
      assertThat(answer.body().split("event: number", -1)).hasSize(11);
    }
  }

  @Test
  void aDisconnectedClientIsNoticedWithinASecond(@TempDir Path folder) throws Exception {
    try (var store = Store.open(folder.resolve("s.db"));
        var site = start(store)) {
      try (var socket = new Socket("localhost", site.port())) {
        var request = "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(hungUp.await(3, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aClosingSiteEndsRunningAnswersAndAcceptsNoNewRequests() throws Exception {
    try (var test = TestSite.start(area)) {
      var browser = test.browser();
      browser.get("/health/ready");
      CompletableFuture<HttpResponse<String>> answer =
          CompletableFuture.supplyAsync(() -> browser.post("/count", Map.of()));
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      var closing = CompletableFuture.runAsync(() -> test.site().close());
      assertThat(answer.get().body()).endsWith("event: done\ndata: {}\n\n");
      closing.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void endlessStreamsAreToldThatTheSiteCloses() throws Exception {
    try (var test = TestSite.start(area)) {
      CompletableFuture<HttpResponse<String>> answer =
          CompletableFuture.supplyAsync(() -> test.browser().get("/for-ever"));
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      test.site().close();
      assertThat(answer.get().body()).endsWith("event: end\ndata: {}\n\n");
      assertThat(sent.get()).isPositive();
    }
  }
}
