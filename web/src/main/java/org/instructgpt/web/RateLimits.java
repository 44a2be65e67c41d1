package org.instructgpt.web;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/// Rate limits, as token buckets in memory.
///
/// Password guessing is slowed by two buckets: one for each pair of account and client address, and
/// one for each address. There is none for an account alone, since then anybody could lock anybody
/// else out.
final class RateLimits {
  static final int TRIES_OF_ACCOUNT = 10;
  static final int TRIES_OF_ADDRESS = 100;
  static final Duration TRIES_IN = Duration.ofMinutes(15);

  /// New accounts an hour from one address, where the site is open.
  static final int NEW_ACCOUNTS = 20;

  /// With more buckets than this, the least recently used one is dropped.
  private static final int MOST = 20_000;

  private static final int BURST_SECONDS = 10;

  private final int requestsPerSecond;
  private final TimeMeter time;
  private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  RateLimits(int requestsPerSecond, InstantSource clock) {
    this.requestsPerSecond = requestsPerSecond;
    this.time =
        new TimeMeter() {
          @Override
          public long currentTimeNanos() {
            Instant now = clock.instant();
            return now.getEpochSecond() * 1_000_000_000L + now.getNano();
          }

          @Override
          public boolean isWallClockBased() {
            return true;
          }
        };
  }

  /// One request of an account or of an address.
  void request(String who) {
    take("request " + who, BURST_SECONDS * requestsPerSecond, Duration.ofSeconds(BURST_SECONDS));
  }

  /// One try to sign in, right or wrong.
  void signIn(String address, String name) {
    take("sign-in " + address, TRIES_OF_ADDRESS, TRIES_IN);
    take("sign-in " + address + " " + AccountNames.key(name), TRIES_OF_ACCOUNT, TRIES_IN);
  }

  /// One try to use a one-time link or to change a password.
  void tryProof(String who) {
    take("prove " + who, TRIES_OF_ADDRESS, TRIES_IN);
  }

  void register(String address) {
    take("register " + address, NEW_ACCOUNTS, Duration.ofHours(1));
  }

  private void take(String key, int most, Duration period) {
    Bucket bucket;
    synchronized (buckets) {
      bucket =
          buckets.computeIfAbsent(
              key,
              _ ->
                  Bucket.builder()
                      .addLimit(limit -> limit.capacity(most).refillGreedy(most, period))
                      .withCustomTimePrecision(time)
                      .build());
      if (buckets.size() > MOST) {
        buckets.remove(buckets.keySet().iterator().next());
      }
    }
    var probe = bucket.tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      var wait = Duration.ofNanos(probe.getNanosToWaitForRefill()).plusSeconds(1);
      throw ApiError.tooMany(wait, "refusal.too-many", wait.toSeconds());
    }
  }
}
