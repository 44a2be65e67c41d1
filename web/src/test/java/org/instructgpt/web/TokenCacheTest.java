package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Account ANN =
      new Account("ann", "Ann", Role.RESEARCHER, Optional.empty(), Locale.ENGLISH);

  private final TokenCache bearers = new TokenCache();
  private final AtomicInteger looked = new AtomicInteger();

  private Optional<Account> look(String hash) {
    looked.incrementAndGet();
    return hash.equals(SecretTokens.hash("hers")) ? Optional.of(ANN) : Optional.empty();
  }

  @Test
  void aTokenIsLookedUpOnceWithinTheCachesTime() {
    assertThat(bearers.find("hers", NOON, this::look)).contains(ANN);
    assertThat(bearers.find("hers", NOON.plusSeconds(2), this::look)).contains(ANN);
    assertThat(looked).hasValue(1);
    assertThat(bearers.find("hers", NOON.plus(TokenCache.MEMORY), this::look)).contains(ANN);
    assertThat(looked).hasValue(2);
  }

  @Test
  void unknownTokensAreNotCached() {
    assertThat(bearers.find("guessed", NOON, this::look)).isEmpty();
    assertThat(bearers.find("guessed", NOON, this::look)).isEmpty();
    assertThat(looked).hasValue(2);
  }

  @Test
  void aChangeWhileATokenIsLookedUpIsNotMissed() {
    Function<String, Optional<Account>> slow =
        hash -> {
          var before = look(hash);
          bearers.forget();
          return before;
        };
    assertThat(bearers.find("hers", NOON, slow)).contains(ANN);
    assertThat(bearers.find("hers", NOON, _ -> Optional.empty())).isEmpty();
  }
}
