package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.instructgpt.project.Provenance;
import org.instructgpt.project.TrainingData;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.instructgpt.studio.ErasableModules;
import org.instructgpt.web.Account;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `curate`, `erase`, `backup`, and consent at `import`, from the command line.
@Tag("slow")
class PeopleTest {
  private static final InstantSource NOW =
      InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));
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
    try (var material = TrainingData.of(new Workspace(workspace), InstantSource.system())) {
      var kept = new ArrayList<String>();
      for (var split : Split.values()) {
        material.prompts(split, prompt -> kept.add(prompt.id()));
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
    try (var material = TrainingData.of(new Workspace(workspace), InstantSource.system())) {
      assertThat(material.note().orElseThrow())
          .contains("1 prompt came after the last curation and is not used");
      material.demonstrations(
          Split.TRAIN, given -> assertThat(given.prompt().id()).isNotEqualTo("p5"));
      assertThat(material.used()).isNotEmpty();
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
        .contains("erased: 1 prompt, 1 demonstration, 0 rankings, 0 ratings, 0 labelers, 3 other")
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
    assertThat(run("erase", "-w", workspace, "u1", "u2")).isEqualTo(2);
    assertThat(err.toString()).contains("there is nobody called \"u1\" here", "nearest: \"u2\"");
    assertThat(out.toString()).as("all or nobody").isEmpty();
    assertThat(holds("rivers of Asia")).contains("feedback.db");
  }

  @Test
  void aNameThatNobodyHasIsRefusedWithTheNearest() throws IOException {
    run("import", "-w", workspace, "--consent", "2026-01", given());
    join("Annabel", Account.Role.CUSTOMER);
    for (var verb : List.of("erase", "consent", "password")) {
      err.getBuffer().setLength(0);
      assertThat(run(verb, "-w", workspace, "Anabell")).as(verb).isEqualTo(2);
      assertThat(err.toString()).contains("there is nobody called \"Anabell\"", "\"Annabel\"");
    }
    assertThat(run("erase", "-w", workspace, "ANNABEL")).isZero();
  }

  private String join(String name, Account.Role role) throws IOException {
    var random = new SecureRandom();
    try (var store = new Workspace(workspace).store()) {
      var accounts = ErasableModules.of(store, NOW, random).accounts();
      var by = new Account("x", "x", Account.Role.ADMIN, Optional.empty(), Locale.ENGLISH);
      var token = accounts.signUp().invite(role, Optional.empty(), by);
      return accounts.signUp().join(token, name, "seven quiet otters", Locale.ENGLISH).id();
    }
  }

  @Test
  void promptsAreNotUsedAfterTheirConsentIsWithdrawn() throws IOException {
    run("import", "-w", workspace, "--consent", "2026-01", given());
    run("curate", "-w", workspace, "--in", "train,validation,test", "--personal", "redact");
    model("policy", "sft-1", "sft", "base", "p1", "d1");
    out.getBuffer().setLength(0);
    assertThat(run("consent", "-w", workspace, "--withdraw", "u1")).isZero();
    assertThat(out.toString())
        .contains("withdrawn: 1 prompt is no longer used", "until they are trained again: policy")
        .contains("agreed to \"2026-01\"", "withdrawn at 2026-11-22T12:00:00Z");
    assertThat(run("export", "-w", workspace, folder.resolve("out.jsonl"))).isZero();
    assertThat(folder.resolve("out.jsonl")).content().contains("rivers").doesNotContain("ducks");
    try (var material = TrainingData.of(new Workspace(workspace), InstantSource.system())) {
      material.prompts(Split.TRAIN, prompt -> assertThat(prompt.id()).isNotEqualTo("p1"));
      material.demonstrations(
          Split.TRAIN, given -> assertThat(given.prompt().id()).isNotEqualTo("p1"));
    }
    out.getBuffer().setLength(0);
    assertThat(run("consent", "-w", workspace, "--agree", "2026-11", "u1")).isZero();
    assertThat(out.toString().lines().filter(line -> line.contains("agreed to"))).hasSize(2);
    assertThat(run("consent", "-w", workspace, "--withdraw", "--agree", "x", "u1")).isEqualTo(2);
    assertThat(err.toString()).contains("give one of the two");
  }

  @Test
  void passwordLetsAnAdministratorInAgain() throws IOException {
    Workspace.create(workspace);
    assertThat(run("password", "-w", workspace, "Ada")).isEqualTo(2);
    var id = join("Ada", Account.Role.ADMIN);
    assertThat(run("password", "-w", workspace, "ada")).isZero();
    assertThat(out.toString()).contains("/new-password#", "all sessions and tokens of Ada");
    var token = out.toString().replaceAll("(?s).*#(\\S+).*", "$1");
    try (var store = new Workspace(workspace).store()) {
      var accounts = ErasableModules.of(store, NOW, new SecureRandom()).accounts();
      accounts.credentials().resetPassword(token, "eight loud walruses");
      assertThat(accounts.credentials().signIn("Ada", "eight loud walruses").id()).isEqualTo(id);
      store.write(handle -> handle.execute("UPDATE web_account SET disabled = 1")).join();
    }
    out.getBuffer().setLength(0);
    assertThat(run("password", "-w", workspace, "Ada")).isZero();
    assertThat(out.toString()).contains("was disabled and is enabled again");
    join("Bob", Account.Role.ADMIN);
    join("Cora", Account.Role.CUSTOMER);
    try (var store = new Workspace(workspace).store()) {
      store
          .write(handle ->
              handle.execute("UPDATE web_account SET disabled = 1 WHERE name IN ('Ada', 'Cora')"))
          .join();
    }
    assertThat(run("password", "-w", workspace, "Cora")).isEqualTo(2);
    assertThat(err.toString()).contains("is disabled; with --enable");
    assertThat(run("password", "-w", workspace, "--enable", "Cora")).isZero();
    try (var store = new Workspace(workspace).store()) {
      var audit = ErasableModules.of(store, NOW, new SecureRandom()).accounts().audit();
      var acts = store.read(handle -> audit.latest(handle, 100, 0));
      assertThat(acts)
          .filteredOn(act -> act.account().isEmpty())
          .extracting(act -> act.action())
          .contains("made-password-link", "enabled");
      var broken = store.read(audit::broken);
      assertThat(broken).isEmpty();
    }
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
    var line = Main.commandLine(new StopSignals(), NOW);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return Main.run(Stream.of(arguments).map(Object::toString).toArray(String[]::new), line);
  }
}
