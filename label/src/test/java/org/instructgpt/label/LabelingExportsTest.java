package org.instructgpt.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.instructgpt.label.LabelingFixture.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.zip.ZipInputStream;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Prompt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class LabelingExportsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final byte[] KEY = new byte[32];

  @TempDir Path folder;

  private static Map<String, String> files(LabelingFixture fixture) throws Exception {
    return files(fixture, _ -> Optional.of(Map.of("consent_version", "2022-01")));
  }

  private static Map<String, String> files(
      LabelingFixture fixture, Function<Prompt, Optional<Map<String, Object>>> facts)
      throws Exception {
    var out = new ByteArrayOutputStream();
    new LabelingExports(fixture.store, KEY, fixture::now, _ -> facts).zip(out);
    var files = new TreeMap<String, String>();
    try (var zip = new ZipInputStream(new ByteArrayInputStream(out.toByteArray()))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }

  private static List<JsonNode> rows(String file) throws Exception {
    var rows = new java.util.ArrayList<JsonNode>();
    for (String line : file.lines().toList()) {
      rows.add(MAPPER.readTree(line));
    }
    return rows;
  }

  @Test
  void comparisonRowsHaveEveryLabelersRankingVersionAndTimes() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "ann", "bob")) {
      fixture.open(batch(Kind.COMPARE, 2), 3);
      for (String who : List.of("ann", "bob")) {
        for (int i = 0; i < 3; i++) {
          fixture.work(who);
        }
      }
      var rows = rows(files(fixture).get("comparison.jsonl"));
      assertThat(rows).hasSize(6);
      assertThat(rows)
          .allSatisfy(row -> {
            assertThat(row.path("ranking").toString())
                .isEqualTo("[[\"o0\"],[\"o1\"],[\"o2\"],[\"o3\"]]");
            assertThat(row.path("likert").path("o0").intValue()).isEqualTo(7);
            assertThat(row.path("metadata").path("o3").size()).isEqualTo(11);
            assertThat(row.path("instruction_version").textValue()).isEqualTo("training-1");
            assertThat(row.path("active_ms").longValue()).isEqualTo(1000);
            assertThat(row.path("submitted_at").textValue()).startsWith("2022-03-04T12:00:0");
            assertThat(row.path("role").textValue()).isEqualTo("train");
            assertThat(row.path("outputs").get(0).path("model").textValue()).isEqualTo("model-0");
          });
      assertThat(rows.stream().map(row -> row.path("labeler_pseudonym").textValue()).distinct())
          .hasSize(2)
          .allMatch(name -> name.matches("[0-9a-f]{32}"));
    }
  }

  @Test
  void exportedFilesContainNoPersonsId() throws Exception {
    String customer = UUID.randomUUID().toString();
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "labeler-ann-1")) {
      fixture.prompt("p", "Hi", Optional.of(customer));
      fixture.open(batch(Kind.DEMONSTRATE, 1), 1);
      fixture.open(batch(Kind.TAG, 1), 1);
      for (int i = 0; i < 2; i++) {
        fixture.submit("labeler-ann-1", fixture.next("labeler-ann-1"));
      }
      var files = files(fixture);
      assertThat(files.values())
          .noneMatch(text -> text.contains("labeler-ann-1") || text.contains(customer));
      assertThat(rows(files.get("demonstration.jsonl"))).hasSize(1);
      assertThat(rows(files.get("tag.jsonl")).getFirst().path("tags").toString())
          .isEqualTo("[\"ambiguous\"]");
      var prompt = rows(files.get("prompt.jsonl")).getFirst();
      assertThat(prompt.path("consent_version").textValue()).isEqualTo("2022-01");
      assertThat(prompt.path("source").textValue()).isEqualTo("playground");
    }
  }

  @Test
  void theManifestHasTheRowsAndHashesOfAllFiles() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "ann")) {
      fixture.prompt("p", "月亮 🌙", Optional.empty());
      var files = files(fixture);
      var manifest = MAPPER.readTree(files.get("manifest.json")).path("files");
      assertThat(manifest.size()).isEqualTo(files.size() - 1);
      assertThat(manifest.iterator().next().propertyStream().map(Map.Entry::getKey))
          .as("always in one order")
          .containsExactly("rows", "sha256");
      for (String name : manifest.propertyStream().map(Map.Entry::getKey).toList()) {
        String text = files.getOrDefault(name, "missing");
        assertThat(manifest.path(name).path("rows").intValue()).isEqualTo(text.lines().count());
        var hash =
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        assertThat(manifest.path(name).path("sha256").textValue())
            .isEqualTo(HexFormat.of().formatHex(hash));
      }
    }
  }

  @Test
  void withheldPromptsAndTheWorkOnThemAreInNoFile() throws Exception {
    try (var fixture = LabelingFixture.in(folder).people(Pool.TRAINING, "ann")) {
      fixture.open(batch(Kind.COMPARE, 1), 3);
      for (int i = 0; i < 3; i++) {
        fixture.submit("ann", fixture.next("ann"));
      }
      var all = files(fixture);
      String barred = rows(all.get("comparison.jsonl")).getFirst().path("prompt_id").textValue();
      var some =
          files(
              fixture,
              prompt -> prompt.id().equals(barred) ? Optional.empty() : Optional.of(Map.of()));
      assertThat(all.get("prompt.jsonl")).contains(barred);
      assertThat(some.values()).noneMatch(file -> file.contains(barred));
      assertThat(rows(some.get("comparison.jsonl"))).hasSize(2);
      assertThat(some.get("manifest.json")).contains("\"prompts_left_out\":1");
    }
  }

  @Test
  void aShortPseudonymKeyIsRefused() throws Exception {
    try (var fixture = LabelingFixture.in(folder)) {
      assertThatThrownBy(() ->
              new LabelingExports(
                  fixture.store, new byte[16], fixture::now, _ -> _ -> Optional.of(Map.of())))
          .hasMessageContaining("at least 32 bytes");
    }
  }

  @Test
  void tiedOutputsAreOneGroupOfTheRanking() {
    assertThat(LabelingExportRows.ranking(List.of(2, 0, 3, 1), List.of(1, 3, 2, 3)))
        .isEqualTo(List.of(List.of("o2"), List.of("o3"), List.of("o0", "o1")));
  }
}
