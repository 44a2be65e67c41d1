package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `curate`, `erase`, `backup`, and consent at `import`, from the command line.
class PeopleTest {
  private static final String SECRET = "my neighbour keeps forty ducks in her cellar";

  @TempDir Path folder;
  private Path workspace;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void fill() {
    workspace = folder.resolve("w");
  }

  private static String prompt(String id, String user, String text) {
    return "{\"type\":\"prompt\",\"id\":\"%s\",\"text\":\"%s\",\"source\":\"customer\",\"user\":\"%s\",\"split\":\"train\",\"created\":\"2022-03-04T12:00:00Z\"}"
        .formatted(id, text, user);
  }

  private Path given() throws IOException {
    var lines =
        List.of(
            "{\"type\":\"labeler\",\"id\":\"lab\",\"pool\":\"training\"}",
            prompt("p1", "u1", "Explain this: " + SECRET + "."),
            prompt("p2", "u2", "Name three rivers of Asia."),
            prompt("p3", "u3", "Name three rivers of Asia."),
            prompt("p4", "u4", "Write to joe@example.org about the weather."),
            "{\"type\":\"demonstration\",\"id\":\"d1\",\"prompt_id\":\"p1\",\"response\":\"She likes them.\",\"labeler\":\"lab\",\"created\":\"2022-03-04T12:00:00Z\"}",
            "{\"type\":\"demonstration\",\"id\":\"d2\",\"prompt_id\":\"p2\",\"response\":\"Ob, Lena, Amur.\",\"labeler\":\"lab\",\"created\":\"2022-03-04T12:00:00Z\"}");
    return Files.write(folder.resolve("given.jsonl"), lines);
  }

  @Test
  void customersPromptsAreTakenOnlyWhenSomebodyVouchesForTheirConsent() throws IOException {
    assertThat(run("import", "-w", workspace, given())).isEqualTo(2);
    assertThat(err.toString()).contains("--consent VERSION", "p1");
    assertThat(run("import", "-w", workspace, "--consent", "2026-01", given())).isZero();
    assertThat(out.toString()).contains("new prompt: 4", "new demonstration: 2");
  }

  @Test
  void curationTellsWhatItDroppedAndTrainingsUseWhatItKept() throws IOException {
    run("import", "-w", workspace, "--consent", "2026-01", given());
    assertThat(run("curate", "-w", workspace, "--in", "train,validation,test", "--tables"))
        .isZero();
    assertThat(out.toString())
        .contains("2 of 4 prompts kept", "same text 1", "email 1", "as Table 6", "as Table 10");
    var report = Files.readString(workspace.resolve("reports/curate.json"));
    assertThat(report).contains("\"DUPLICATES\"", "same text as p2").doesNotContain("rivers");
    try (var material = Material.of(new Workspace(workspace))) {
      var kept = new ArrayList<String>();
      for (var split : Split.values()) {
        material.prompts(split).forEach(prompt -> kept.add(prompt.id()));
      }
      assertThat(kept).containsExactlyInAnyOrder("p1", "p2");
      assertThat(material.used()).containsExactly("p1", "p2");
      assertThat(material.note()).isEmpty();
    }
    out.getBuffer().setLength(0);
    assertThat(run("curate", "-w", workspace, "--personal", "redact", "--cap", "1")).isZero();
    assertThat(out.toString()).contains("3 of 4 prompts kept");
    assertThat(Files.readString(workspace.resolve("reports/curate.json")))
        .isNotEqualTo(report)
        .contains("\"cap\" : 1");
    var more = folder.resolve("more.jsonl");
    Files.writeString(more, prompt("p5", "u5", "How tall is a giraffe?") + "\n");
    run("import", "-w", workspace, "--consent", "2026-01", more);
    try (var material = Material.of(new Workspace(workspace))) {
      assertThat(material.note().orElseThrow()).contains("1 prompts came after the last curation");
      assertThat(material.demonstrations(Split.TRAIN))
          .allMatch(given -> !given.prompt().id().equals("p5"));
    }
  }

  @Test
  void theSameDataCuratedTwiceGivesTheSameReport() throws IOException {
    run("import", "-w", workspace, "--consent", "2026-01", given());
    run("curate", "-w", workspace);
    var first = Files.readString(workspace.resolve("reports/curate.json"));
    run("curate", "-w", workspace);
    assertThat(workspace.resolve("reports/curate.json")).hasContent(first);
  }

  /// A model as a run leaves it: what matters here is its lineage and the list of its run.
  private void model(String name, String run, String stage, String parent, String... records)
      throws IOException {
    var made = Files.createDirectories(workspace.resolve("models").resolve(name));
    var parents =
        parent.isEmpty() ? "{}" : "{\"policy\":{\"name\":\"x\",\"sha256\":\"sum-" + parent + "\"}}";
    Files.writeString(
        made.resolve("lineage.json"),
        "{\"stage\":\"%s\",\"made\":{\"run\":\"%s\"},\"parents\":%s,\"sha256\":{\"model.safetensors\":\"sum-%s\"}}"
            .formatted(stage, run, parents, name));
    if (records.length > 0) {
      var folder = Files.createDirectories(workspace.resolve("runs").resolve(run));
      Provenance.list(folder, new TreeSet<>(List.of(records)));
    }
  }

  @Test
  void afterErasureNoByteIsLeftAndTheModelsAreNamed() throws IOException {
    run("import", "-w", workspace, "--consent", "2026-01", given());
    run("curate", "-w", workspace, "--in", "train,validation,test", "--personal", "redact");
    model("base", "pretrain-1", "pretrain", "");
    model("policy", "sft-1", "sft", "base", "p1", "d1", "p2", "d2");
    model("other", "sft-2", "sft", "base", "p2", "d2");
    model("best", "ppo-1", "ppo", "policy", "p2");
    model("old", "ppo-0", "ppo", "base");
    var snapshot = Files.createDirectories(workspace.resolve("snapshots/best/000001"));
    Files.copy(workspace.resolve("models/best/lineage.json"), snapshot.resolve("lineage.json"));
    Files.createDirectories(workspace.resolve("reports"));
    Files.writeString(workspace.resolve("reports/samples.html"), "<p>Explain this: " + SECRET);
    assertThat(run("export", "-w", workspace, workspace.resolve("out.jsonl.gz"))).isZero();
    assertThat(holds(SECRET)).contains("feedback.db");
    assertThat(run("erase", "-w", workspace, "u1")).isZero();
    assertThat(out.toString())
        .contains("erased: 1 prompts, 1 demonstrations, 0 rankings, 0 ratings, 0 labelers, 3 other")
        .contains("models/policy: from 2 of the records")
        .contains("models/best: through policy", "snapshots/best/000001: through policy")
        .contains("models/old: perhaps: its run kept no list of records")
        .doesNotContain("models/other", "models/base")
        .contains("  out.jsonl.gz")
        .contains("  reports/samples.html");
    assertThat(workspace.resolve("models/policy/retrain.json"))
        .content()
        .contains("\"due\" : true");
    assertThat(workspace.resolve("models/other/retrain.json")).doesNotExist();
    assertThat(holds(SECRET)).containsExactly("reports/samples.html");
    assertThat(holds("rivers of Asia")).contains("feedback.db");
    assertThat(Files.readString(workspace.resolve("reports/erasures.jsonl")))
        .contains("\"prompts\":1", "\"models/policy\"")
        .doesNotContain("u1");
    out.getBuffer().setLength(0);
    assertThat(run("erase", "-w", workspace, "u1", "nobody")).isZero();
    assertThat(out.toString()).contains("erased: 0 prompts", "no model learned from it");
  }

  private List<String> holds(String text) throws IOException {
    try (var files = Files.walk(workspace)) {
      var holding = new ArrayList<String>();
      for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
          holding.add(workspace.relativize(file).toString());
        }
      }
      return holding;
    }
  }

  @Test
  void aBackupIsAStore() throws IOException {
    run("import", "-w", workspace, "--consent", "2026-01", given());
    var copy = folder.resolve("copy.db");
    assertThat(run("backup", "-w", workspace, copy)).isZero();
    assertThat(out.toString()).contains("bytes, checked");
    try (var store = Store.open(copy)) {
      assertThat(store.counts().prompts()).isEqualTo(4);
    }
    assertThat(run("backup", "-w", workspace, copy)).isEqualTo(2);
    assertThat(err.toString()).contains("there already");
  }

  @Test
  void aWorkspaceMayKeepItsRecordsOnAServer() throws IOException {
    Files.createDirectories(workspace);
    Files.writeString(workspace.resolve("store.txt"), TestServer.database() + "\n");
    assertThat(run("import", "-w", workspace, "--consent", "2026-01", given())).isZero();
    assertThat(run("curate", "-w", workspace)).isZero();
    assertThat(run("erase", "-w", workspace, "u1")).isZero();
    assertThat(run("export", "-w", workspace, folder.resolve("out.jsonl"))).isZero();
    assertThat(folder.resolve("out.jsonl")).content().contains("rivers").doesNotContain("ducks");
    assertThat(workspace.resolve("feedback.db")).doesNotExist();
    assertThat(run("backup", "-w", workspace, folder.resolve("copy.db"))).isEqualTo(2);
    assertThat(err.toString()).contains("pg_dump");
  }

  private int run(Object... arguments) {
    var line = Main.commandLine(new Stop(), () -> Instant.parse("2026-11-22T12:00:00Z"));
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return Main.run(Stream.of(arguments).map(Object::toString).toArray(String[]::new), line);
  }
}
