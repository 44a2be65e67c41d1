package org.instructgpt.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.instructgpt.files.Json;

/// Asks a hub. Redirects are followed here and not by the JDK's client, which would send the token
/// to whatever host a hub refers to.
final class HubClient implements AutoCloseable {
  private static final int MOST_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final long TICK_MILLIS = 200;

  private final HubEndpoint hub;
  private final Duration silence;
  private final BooleanSupplier stop;
  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(30))
          .build();

  /// @param silence how long nothing may come
  /// @param stop ends whatever is waited for
  HubClient(HubEndpoint hub, Duration silence, BooleanSupplier stop) {
    this.hub = hub;
    this.silence = silence;
    this.stop = stop;
  }

  /// An answer, behind all redirects; its status may be any.
  ///
  /// @throws TransientFailure if there is none
  HttpResponse<InputStream> get(URI uri, Map<String, String> headers) throws IOException {
    var place = uri;
    for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
      var answer = send("GET", place, headers);
      if (!REDIRECTS.contains(answer.statusCode())) {
        return answer;
      }
      answer.body().close();
      place = next(answer);
    }
    throw new IOException(
        "%s: expected a file after %d redirects, found yet another"
            .formatted(uri.getPath(), MOST_REDIRECTS));
  }

  /// The first answer about a file, which says its size and sum before it refers to another host.
  HttpResponse<InputStream> head(URI uri) throws IOException {
    var answer = send("HEAD", uri, Map.of());
    answer.body().close();
    boolean redirected = REDIRECTS.contains(answer.statusCode());
    if (redirected && answer.headers().firstValue("X-Linked-Size").isEmpty()) {
      answer = send("HEAD", next(answer), Map.of());
      answer.body().close();
    }
    return answer;
  }

  private URI next(HttpResponse<?> answer) throws IOException {
    URI target;
    try {
      target = answer.uri().resolve(new URI(answer.headers().firstValue("Location").orElse(":")));
    } catch (URISyntaxException e) {
      throw new IOException(
          "%s: expected a place to go on to (Location), found none that is understood"
              .formatted(answer.uri().getPath()),
          e);
    }
    hub.requireSafe(target);
    return target;
  }

  private HttpResponse<InputStream> send(String method, URI uri, Map<String, String> headers)
      throws IOException {
    var request =
        HttpRequest.newBuilder(uri)
            .method(method, BodyPublishers.noBody())
            .header("User-Agent", "instructgpt")
            .header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    hub.tokenFor(uri).ifPresent(token -> request.header("Authorization", "Bearer " + token));
    var answer = client.sendAsync(request.build(), BodyHandlers.ofInputStream());
    for (long waited = 0; waited < silence.toMillis(); waited += TICK_MILLIS) {
      if (stop.getAsBoolean()) {
        break;
      }
      try {
        return answer.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        // Look whether to go on.
      } catch (ExecutionException e) {
        throw lost(uri, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw cancelled(answer);
      }
    }
    if (stop.getAsBoolean()) {
      throw cancelled(answer);
    }
    answer.cancel(true);
    throw new TransientFailure(
        "%s: no answer in %d s".formatted(uri.getHost(), silence.toSeconds()), false, null);
  }

  private static CancellationException cancelled(CompletableFuture<?> answer) {
    answer.cancel(true);
    return new CancellationException("stopped");
  }

  private static TransientFailure lost(URI uri, ExecutionException failure) {
    var why = String.valueOf(failure.getMessage());
    for (Throwable each = failure.getCause(); each != null; each = each.getCause()) {
      if (each instanceof UnresolvedAddressException) {
        why = "there is no such host, or no network";
      } else if (each instanceof ConnectException && each.getMessage() == null) {
        why = "cannot be connected to";
      } else if (each.getMessage() != null) {
        why = HubRefusals.clean(each.getMessage());
      }
    }
    return new TransientFailure("%s: %s".formatted(uri.getHost(), why), false, failure);
  }

  /// Whether a stop is asked for.
  boolean isStopped() {
    return stop.getAsBoolean();
  }

  /// The content of an answer, to be closed.
  PatientBody body(HttpResponse<InputStream> answer) {
    return new PatientBody(answer.body(), silence, stop);
  }

  /// The content of an answer as JSON.
  ///
  /// @param limit the most bytes that are read
  JsonNode json(HttpResponse<InputStream> answer, int limit) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var buffer = new byte[1 << 16];
    try (var body = body(answer)) {
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        bytes.write(buffer, 0, n);
        if (bytes.size() > limit) {
          throw new IllegalArgumentException(
              "%s: expected an answer of at most %,d bytes about the model, found more"
                  .formatted(hub, limit));
        }
      }
    } catch (IOException e) {
      throw new TransientFailure(
          "%s: the answer broke off (%s)".formatted(hub, e.getMessage()), false, e);
    }
    try {
      return Json.LENIENT.readTree(bytes.toByteArray());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s: expected JSON about the model, found something else: is it a hub that speaks Hugging Face's interface?"
              .formatted(hub),
          e);
    }
  }

  /// What an answer says of a file: its size and its sum, as far as it does.
  static HubFile described(String name, HttpResponse<?> answer) {
    var headers = answer.headers();
    long size =
        headers
            .firstValue("X-Linked-Size")
            .or(() -> headers.firstValue("Content-Length"))
            .filter(text -> text.matches("\\d{1,18}"))
            .map(Long::parseLong)
            .orElse(HubFile.UNKNOWN);
    var sum =
        List.of("X-Linked-Etag", "ETag").stream()
            .flatMap(header -> headers.firstValue(header).stream())
            .flatMap(text -> Checksum.of(text).stream())
            .findFirst();
    return new HubFile(name, size, sum);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
