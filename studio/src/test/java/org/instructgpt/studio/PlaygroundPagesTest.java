package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.instructgpt.plot.Sparkline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlaygroundPagesTest {
  /// A change of the notice's texts needs a new version, so that everybody is asked again.
  @Test
  void eachTextOfTheNoticeHasItsVersion() throws Exception {
    var words = new TreeMap<String, String>();
    for (var file : List.of("messages.properties", "messages_zh.properties")) {
      MessagesTest.texts("serve", file)
          .forEach((key, text) -> {
            if (key.startsWith("notice.")) {
              words.put(file + " " + key, text);
            }
          });
    }
    var sha = MessageDigest.getInstance("SHA-256");
    var sum =
        HexFormat.of().formatHex(sha.digest(words.toString().getBytes(StandardCharsets.UTF_8)));
    assertThat(ConsentNotice.TEXT_VERSION + " " + sum.substring(0, 16))
        .isEqualTo("2026-11 d0b485efbf3e7d67");
  }

  @Test
  void numbersAreShortAndHaveThreeSignificantDigits() {
    assertThat(PageNumbers.count(999)).isEqualTo("999");
    assertThat(PageNumbers.count(446_304)).isEqualTo("446 K");
    assertThat(PageNumbers.count(999_700)).isEqualTo("1.00 M");
    assertThat(PageNumbers.count(175e9)).isEqualTo("175 G");
    assertThat(PageNumbers.digits(0.62443)).isEqualTo("0.624");
    assertThat(PageNumbers.digits(-5.83)).isEqualTo("-5.83");
    assertThat(PageNumbers.digits(1.5e-4)).isEqualTo("1.50e-04");
    assertThat(PageNumbers.digits(9146)).isEqualTo("9,146");
    assertThat(PageNumbers.digits(Double.NaN)).isEqualTo("NaN");
  }

  @Test
  void aJsonListOfSimilarObjectsIsATable() throws IOException {
    var json =
        new ObjectMapper()
            .readTree(
                """
                {"rows": [{"a": 1, "b": {"value": 0.5, "low": 0.25, "high": 0.75}}, {"a": 2}],
                 "deep": [{"a": {"b": [1, {}]}}], "few": [1, 2.5], "none": [], "text": "<b>"}\
                """);
    var node = new ReportPages.Node(json);
    var fields = new TreeMap<String, ReportPages.Node>();
    node.fields().forEach(field -> fields.put(field.getKey(), field.getValue()));
    assertThat(fields.get("rows").isTable()).isTrue();
    assertThat(fields.get("rows").columns()).containsExactly("a", "b");
    assertThat(fields.get("rows").items().getFirst().cell("b").text())
        .isEqualTo("0.500 (0.250 to 0.750)");
    assertThat(fields.get("rows").items().getLast().cell("b").text()).isEmpty();
    assertThat(fields.get("deep").isTable()).isFalse();
    assertThat(fields.get("few").text()).isEqualTo("1, 2.50");
    assertThat(fields.get("none").isEmpty()).isTrue();
    assertThat(fields.get("text").text()).isEqualTo("<b>");
  }

  @Test
  void curvesOfARunAreReadThoughItsLastLineIsIncomplete(@TempDir Path run) throws IOException {
    assertThat(MetricCurve.of(run)).isEmpty();
    var lines = new StringBuilder();
    for (int step = 1; step <= 1000; step++) {
      lines.append(
          "{\"kind\":\"train\",\"step\":%d,\"metrics\":{\"loss\":%s,\"accuracy\":0}}\n"
              .formatted(step, 5.0 - 0.004 * step));
    }
    lines.append("{\"kind\":\"eval\",\"step\":500,\"metrics\":{\"accuracy\":0.5}}\n");
    lines.append("{\"kind\":\"eval\",\"step\":1000,\"metrics\":{\"accuracy\":0.75}}\n");
    lines.append("{\"kind\":\"train\",\"st");
    Files.writeString(run.resolve("metrics.jsonl"), lines);
    var curves = MetricCurve.of(run);
    assertThat(curves.stream().map(MetricCurve::metric)).containsExactly("accuracy", "loss");
    assertThat(curves.getFirst().points())
        .containsExactly(new Sparkline.Point(500, 0.5), new Sparkline.Point(1000, 0.75));
    assertThat(curves.getFirst().line().path()).isEqualTo("4.0,90.0 316.0,6.0");
    assertThat(curves.getLast().points()).hasSizeBetween(100, 160);
    assertThat(curves.getLast().steps()).isEqualTo(1000);
  }
}
