package org.instructgpt.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.ZipInputStream;
import org.instructgpt.label.TaskBatch.Kind;
import org.junit.jupiter.api.Test;

/// Two people are erased: a customer who asked and reported, and a labeler who wrote, rated, noted
/// and left a draft. While the studio runs, their texts and names disappear from every file.
class ErasureTest {
  /// In all that they write, and in their names.
  private static final String MARK = "zzquokka";

  @Test
  void erasedPeopleLeaveNoTraceInStoreLogOrExport() throws Exception {
    try (var studio = Studio.start(ErasureTest::seed)) {
      var researcher = studio.person("researcher", "Rosa");
      work(studio.person("labeler", MARK + " Lena"));
      ask(studio, studio.person("customer", MARK + " Carl"));
      assertThat(holding(studio.workspace())).isNotEmpty();
      assertThat(unzipped(researcher.download("/research/export.zip"))).contains(MARK);

      var said = studio.command("erase", MARK + " Lena", MARK + " Carl");
      assertThat(said).contains("erased: 1 prompt, 1 demonstration, 1 ranking, 4 ratings");

      assertThat(holding(studio.workspace())).isEmpty();
      assertThat(unzipped(researcher.download("/research/export.zip"))).doesNotContain(MARK);
      var all = studio.workspace().resolve("all.jsonl");
      studio.command("export", all.toString());
      assertThat(all).content().contains("Explain the tea").doesNotContain(MARK);
      assertThat(studio.admin().get("/people").body()).contains("Rosa").doesNotContain(MARK);
      for (var page : List.of("/research", "/research/data", "/feedback")) {
        assertThat(researcher.get(page).body()).as(page).doesNotContain(MARK);
      }
      assertThat(studio.said()).doesNotContain(MARK);
    }
  }

  private static void seed(Seed seed) {
    for (var id : List.of("tea", "moon", "sun")) {
      seed.prompt(id, "Explain the " + id + " to me.");
    }
    var texts = IntStream.range(0, 4).mapToObj(i -> "Answer " + i).toList();
    seed.batch("Answer", Kind.DEMONSTRATE, 0, List.of(Seed.about("tea")));
    seed.batch("Compare", Kind.COMPARE, 1, List.of(Seed.compare("moon", texts)));
    seed.batch("Later", Kind.DEMONSTRATE, 2, List.of(Seed.about("sun")));
  }

  private static void work(Visitor labeler) {
    submit(labeler, "{\"type\":\"demonstrated\",\"response\":\"%s tea\"}".formatted(MARK));
    var rated = "{\"quality\":4,\"flags\":[],\"note\":\"%s\"}".formatted("a note of " + MARK);
    submit(
        labeler,
        "{\"type\":\"compared\",\"outputs\":[%1$s,%1$s,%1$s,%1$s],\"ranks\":[1,2,2,3]}"
            .formatted(rated));
    var left = Tour.task(labeler).get("item").asText();
    var draft =
        labeler.json(
            "PUT",
            "/api/tasks/" + left + "/draft",
            "{\"version\":1,\"content\":{\"fields\":{\"response\":[\"%s draft\"]}}}"
                .formatted(MARK));
    assertThat(draft.statusCode()).as(draft.body()).isEqualTo(200);
  }

  private static void submit(Visitor labeler, String work) {
    JsonNode task = Tour.task(labeler);
    var answer =
        labeler.json(
            "POST",
            "/api/tasks/" + task.get("item").asText() + "/submit",
            "{\"submission\":\"%s\",\"token\":\"%s\",\"started\":\"%s\",\"activeMillis\":1,\"work\":%s}"
                .formatted(UUID.randomUUID(), task.get("token").asText(), Instant.now(), work));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private static void ask(Studio studio, Visitor customer) {
    Tour.agree(customer);
    var answer =
        customer.json(
            "POST",
            "/playground/ask",
            "{\"prompt\":\"Who is %s?\",\"models\":[\"base\"],\"longest\":4}".formatted(MARK));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var turn = studio.rows("SELECT id FROM serve_turn").getFirst().get("id");
    var report =
        customer.json(
            "POST",
            "/playground/turns/" + turn + "/0/report",
            "{\"note\":\"%s is somebody else\"}".formatted(MARK));
    assertThat(report.statusCode()).isEqualTo(200);
  }

  /// The files of the workspace in which the mark stands, in any case.
  private static List<String> holding(Path workspace) throws IOException {
    var holding = new ArrayList<String>();
    try (var files = Files.walk(workspace)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        if (bytes.toLowerCase(java.util.Locale.ROOT).contains(MARK)) {
          holding.add(workspace.relativize(file).toString());
        }
      }
    }
    return holding;
  }

  private static String unzipped(byte[] file) throws IOException {
    var all = new StringBuilder();
    try (var zip = new ZipInputStream(new ByteArrayInputStream(file))) {
      while (zip.getNextEntry() != null) {
        all.append(new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return all.toString();
  }
}
