package org.instructgpt.ppo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.instructgpt.files.Count;
import org.instructgpt.files.Json;
import org.instructgpt.model.StepNotDoneException;
import org.jspecify.annotations.Nullable;

/// A reward that an HTTP service gives.
///
/// It is sent `{"prompts": [...], "completions": [...], "ended": [...]}` by POST, as many of each
/// as go through the policy together, and answers `{"rewards": [...]}` with a finite number for
/// each. A service that does not answer in time, breaks off, or says 429 or 5xx is asked again
/// after 1, 2, 4 and more seconds, up to half a minute. When it stays away, or says something else,
/// the step is not done ([StepNotDoneException]).
///
/// @param settings where it is and how patient one is with it
/// @param stop looked at before each further attempt; ends the waiting
/// @param pause how one waits
public record RewardService(Settings settings, BooleanSupplier stop, Pause pause)
    implements TextReward {
  private static final ObjectMapper JSON = Json.STRICT;
  private static final int SHOWN = 200;

  /// Bytes. Thousands of rewards are a hundredth of it.
  private static final long LONGEST_ANSWER = 16L << 20;

  private static final long LONGEST_PAUSE = 30;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1) // many small servers know no other
          .connectTimeout(Duration.ofSeconds(30))
          .build();

  /// Where a service is.
  ///
  /// @param address `http://` or `https://`
  /// @param timeout how long an answer may take
  /// @param attempts how often it is asked, at most
  public record Settings(URI address, Duration timeout, int attempts) {
    /// Checks the address and the ranges.
    public Settings {
      var scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
      if (!Set.of("http", "https").contains(scheme) || address.getHost() == null) {
        throw new IllegalArgumentException(
            "expected an address such as http://localhost:8000/score, found " + address);
      }
      if (timeout.isNegative() || timeout.isZero() || attempts < 1) {
        throw new IllegalArgumentException(
            "expected a timeout of at least a second and at least 1 attempt, found %d seconds and %d"
                .formatted(timeout.toSeconds(), attempts));
      }
    }
  }

  /// How one waits.
  @FunctionalInterface
  interface Pause {
    /// Waits so many seconds.
    void seconds(long seconds) throws InterruptedException;
  }

  /// A service, waited for as the clock goes.
  public static RewardService of(Settings settings, BooleanSupplier stop) {
    return new RewardService(
        settings,
        stop,
        seconds -> {
          for (long second = 0; second < seconds && !stop.getAsBoolean(); second++) {
            Thread.sleep(Duration.ofSeconds(1));
          }
        });
  }

  @Override
  public double[] of(List<Answer> answers) {
    var request =
        HttpRequest.newBuilder(settings.address)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(answers)))
            .build();
    try {
      return rewards(answered(request), answers.size());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away("the waiting was interrupted", e);
    }
  }

  private static String body(List<Answer> answers) {
    var body = JSON.createObjectNode();
    var prompts = body.putArray("prompts");
    var completions = body.putArray("completions");
    var ended = body.putArray("ended");
    for (var answer : answers) {
      prompts.add(answer.prompt());
      completions.add(answer.text());
      ended.add(answer.ended());
    }
    return body.toString();
  }

  /// What the service says once it says something that is no failure of the moment.
  private String answered(HttpRequest request) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      String problem;
      Throwable cause = null;
      try {
        var response = sent(request);
        int status = response.statusCode();
        if (status == 200) {
          return response.body();
        }
        problem = "found status %d: %s".formatted(status, brief(response.body()));
        if (status != 429 && status < 500) {
          throw away(problem, null);
        }
      } catch (IOException e) {
        problem = "found " + words(e);
        cause = e;
      }
      if (attempt == settings.attempts || stop.getAsBoolean()) {
        throw away("%s, after %s".formatted(problem, Count.of(attempt, "attempt")), cause);
      }
      pause.seconds(Math.min(LONGEST_PAUSE, 1L << Math.min(attempt - 1, 30)));
    }
  }

  /// The whole answer in time: the client's own limit ends with the answer's head.
  private HttpResponse<String> sent(HttpRequest request) throws IOException, InterruptedException {
    var answer =
        CLIENT.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofString(), LONGEST_ANSWER));
    try {
      return answer.get(settings.timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(
          "no whole answer within " + Count.of(settings.timeout.toSeconds(), "second"), e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    }
  }

  private static String words(IOException failure) {
    return failure instanceof ConnectException
        ? "nobody who answers at this address: is the service running?"
        : brief(Objects.requireNonNullElse(failure.getMessage(), "" + failure));
  }

  private double[] rewards(String body, int count) {
    JsonNode rewards;
    try {
      rewards = JSON.readTree(body).path("rewards");
    } catch (JsonProcessingException e) {
      throw away("found what is no JSON: " + brief(body), e);
    }
    if (!rewards.isArray()) {
      throw away("found no list \"rewards\" in " + brief(body), null);
    }
    if (rewards.size() != count) {
      throw away(
          "found %s for %s"
              .formatted(Count.of(rewards.size(), "reward"), Count.of(count, "completion")),
          null);
    }
    var numbers = new double[count];
    for (int i = 0; i < count; i++) {
      var reward = rewards.get(i);
      numbers[i] = reward.asDouble();
      if (!reward.isNumber() || !Double.isFinite(numbers[i])) {
        throw away(
            "found %s as reward %d, which is no finite number".formatted(brief("" + reward), i + 1),
            null);
      }
    }
    return numbers;
  }

  private StepNotDoneException away(String problem, @Nullable Throwable cause) {
    var message =
        "the reward service %s: expected {\"rewards\": [...]} with a finite number for each completion, %s. What was done before is saved; the same command goes on when the service answers"
            .formatted(settings.address, problem);
    return cause == null
        ? new StepNotDoneException(message)
        : new StepNotDoneException(message, cause);
  }

  /// The beginning of what somebody else said, as one line.
  private static String brief(String said) {
    var text = said.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ").strip();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
