package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StopSignalsTest {

  @Test
  void theEndOfTheProcessWaitsForARunThatListens() throws InterruptedException {
    var stop = new StopSignals();
    var flag = stop.heed();
    var hook = Thread.ofPlatform().start(stop::hook);
    while (!flag.requested()) {
      Thread.onSpinWait();
    }
    assertThat(hook.join(Duration.ofMillis(50))).isFalse();
    stop.over();
    assertThat(hook.join(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void theEndOfTheProcessDoesNotWaitForACommandThatDoesNotListen() throws InterruptedException {
    var hook = Thread.ofPlatform().start(new StopSignals()::hook);
    assertThat(hook.join(Duration.ofSeconds(10))).isTrue();
  }
}
