package org.instructgpt.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.instructgpt.model.MetricsLog.Entry;
import org.instructgpt.model.MetricsLog.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void chooseTheFile() {
    file = folder.resolve("metrics.jsonl");
  }

  @Test
  void anEntryIsOneLineOfJson() throws IOException {
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("loss", 2.5);
    metrics.put("bad", Double.NaN);
    append(0, new Entry(Kind.TRAIN, 1, 0.5, metrics));
    assertThat(file)
        .hasContent(
            """
            {"kind":"train","step":1,"seconds":0.5,"metrics":{"loss":2.5,"bad":"NaN"}}
            """);
  }

  @Test
  void everyDoubleReturnsToTheBit() throws IOException {
    Map<String, Double> metrics =
        Map.of(
            "a", 0.1 + 0.2,
            "b", Double.MIN_VALUE,
            "c", Double.NaN,
            "d", Double.NEGATIVE_INFINITY,
            "e", -0.0);
    append(0, new Entry(Kind.EVAL, 7, 1e-9, metrics));
    assertThat(MetricsLog.read(file)).containsExactly(new Entry(Kind.EVAL, 7, 1e-9, metrics));
  }

  @Test
  void aResumedLogIsCutBackToItsStep() throws IOException {
    append(0, entry(1), entry(2), entry(3), entry(4));
    append(2, entry(3));
    assertThat(MetricsLog.read(file)).containsExactly(entry(1), entry(2), entry(3));
  }

  @Test
  void aLineThatACrashCutShortIsDropped() throws IOException {
    append(0, entry(1), entry(2));
    Files.writeString(file, "{\"kind\":\"train\",\"step\":3,\"sec", StandardOpenOption.APPEND);
    Files.write(file, new byte[] {(byte) 0xc3, 0, 0}, StandardOpenOption.APPEND);
    append(9, entry(3));
    assertThat(MetricsLog.read(file)).containsExactly(entry(1), entry(2), entry(3));
  }

  private void append(long keepSteps, Entry... entries) throws IOException {
    try (var log = MetricsLog.open(file, keepSteps)) {
      for (Entry entry : entries) {
        log.append(entry);
      }
      log.force();
    }
  }

  private static Entry entry(long step) {
    return new Entry(Kind.TRAIN, step, 0.25, Map.of("loss", 1.0 / step));
  }
}
