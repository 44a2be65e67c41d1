package org.instructgpt.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, UTF_8);
  private Instant now = Instant.EPOCH;

  @Test
  void plainLinesComeFirstLastAndWhenTheIntervalHasPassed() {
    var progress = ProgressLines.lines("sft", out, Duration.ofSeconds(10), () -> now);
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("loss", 2.3456);
    metrics.put("tokens", 4096.0);
    progress.begin(100, 112);
    for (long step = 101; step <= 112; step++) {
      now = now.plusSeconds(4);
      progress.advance(step, metrics);
    }
    progress.end();
    assertThat(written.toString(UTF_8).lines())
        .containsExactly(
            "sft step 101/112 | loss 2.346, tokens 4096 | 0.250 steps/s | 0:00:44 left",
            "sft step 104/112 | loss 2.346, tokens 4096 | 0.250 steps/s | 0:00:32 left",
            "sft step 107/112 | loss 2.346, tokens 4096 | 0.250 steps/s | 0:00:20 left",
            "sft step 110/112 | loss 2.346, tokens 4096 | 0.250 steps/s | 0:00:08 left",
            "sft step 112/112 | loss 2.346, tokens 4096 | 0.250 steps/s | 0:00:00 left");
  }

  @Test
  void tasksThatDoNotCountStepsNameTheirUnit() {
    var progress = ProgressLines.lines("score", "lines", out, Duration.ofSeconds(10), () -> now);
    progress.begin(0, 64);
    for (long line = 16; line <= 64; line += 16) {
      now = now.plusSeconds(8);
      progress.advance(line, Map.of());
    }
    assertThat(written.toString(UTF_8).lines())
        .containsExactly(
            "score 16/64 lines | 2.00 lines/s | 0:00:24 left",
            "score 48/64 lines | 2.00 lines/s | 0:00:08 left",
            "score 64/64 lines | 2.00 lines/s | 0:00:00 left");
  }

  @Test
  void theBarEndsFullAndShowsMessages() {
    var progress = ProgressLines.bar("ppo", out);
    progress.begin(0, 4);
    progress.advance(2, Map.of("kl", 1.5));
    progress.say("evaluation");
    progress.advance(4, Map.of("kl", 1.75));
    progress.end();
    progress.end();
    assertThat(written.toString(UTF_8)).contains("ppo", "evaluation", "4/4", "kl 1.750");
  }
}
