package org.instructgpt.api;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.instructgpt.api.ApiAccess.Client;

/// How much each key may ask in a minute.
final class ClientLimits {
  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

  /// One request.
  ///
  /// @throws ApiRefusal if there were too many
  void request(Client client) {
    take("requests", client, client.requestsPerMinute());
    var tokens = client.tokensPerMinute();
    if (tokens.isPresent()
        && bucket("tokens", client, tokens.getAsInt()).getAvailableTokens() <= 0) {
      throw ApiRefusal.busy(
          "the key '%s' may use %d tokens a minute, and has used them"
              .formatted(client.name(), tokens.getAsInt()),
          Duration.ofSeconds(10));
    }
  }

  /// The tokens of an answer: known when it is whole, so that the next requests pay for them.
  void used(Client client, int tokens) {
    client
        .tokensPerMinute()
        .ifPresent(most -> bucket("tokens", client, most).consumeIgnoringRateLimits(tokens));
  }

  private void take(String kind, Client client, OptionalInt most) {
    if (most.isEmpty()) {
      return;
    }
    var probe = bucket(kind, client, most.getAsInt()).tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      throw ApiRefusal.busy(
          "the key '%s' may send %d requests a minute, and has sent them"
              .formatted(client.name(), most.getAsInt()),
          Duration.ofNanos(probe.getNanosToWaitForRefill()).plusSeconds(1));
    }
  }

  private Bucket bucket(String kind, Client client, int most) {
    return buckets.computeIfAbsent(
        kind + " " + client.name(),
        _ ->
            Bucket.builder()
                .addLimit(limit -> limit.capacity(most).refillGreedy(most, PERIOD))
                .build());
  }
}
