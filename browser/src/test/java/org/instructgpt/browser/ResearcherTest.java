package org.instructgpt.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/// A researcher's work: a round is opened with outputs of the models, labelers work, progress and
/// agreement are shown, a candidate is decided on, and everything is exported.
class ResearcherTest extends AtStudio {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double ROUND_MILLIS = 60_000;

  ResearcherTest() {
    super(ResearcherTest::seed);
  }

  private static void seed(Seed seed) {
    for (int i = 0; i < 4; i++) {
      seed.prompt("q" + i, "Tell me about number " + i + " 数字");
    }
  }

  @Test
  void opensARoundSeesAgreementDecidesAndExports() throws Exception {
    var researcher = studio.person("researcher", "Rosa");
    try (var context = chrome.person(Chrome.Look.USUAL)) {
      var watch = Watch.over(context);
      var page = researcher.open(context);
      openRound(page);
      var lena = studio.person("labeler", "Zzyzx Lena");
      lena.post("/screening", Map.of("id", "topics", "kind", "topics", "topics", "HEALTH"));
      for (var labeler : java.util.List.of(lena, studio.person("labeler", "Li"))) {
        for (int i = 0; i < 4; i++) {
          Tour.submit(labeler, Tour.task(labeler));
        }
      }
      page.navigate(studio.url() + "/research");
      assertThat(page.locator("progress").getAttribute("value")).isEqualTo("8");
      page.navigate(studio.url() + "/research/quality");
      assertThat(page.locator("[aria-labelledby^=agreement] tbody tr").first())
          .containsText("24"); // comparisons: 4 prompts of 6 pairs
      assertThat(page.locator("[aria-labelledby^=people] tbody tr")).hasCount(2);
      decide(page);
      export(page);
      assertThat(watch.all()).isEmpty();
    }
  }

  private void openRound(Page page) {
    page.navigate(studio.url() + "/research/batches/new");
    page.fill("#name", "Round 一");
    page.locator("input[name=kind][value=COMPARE]").check();
    page.locator("input[name=models][value=sft]").check();
    page.locator("input[name=models][value=base]").check();
    page.fill("#overlap", "2");
    page.click("form.batch button.primary");
    page.waitForURL("**/research");
    assertThat(page.locator(".batches h2"))
        .hasText(
            "Round 一",
            new com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions()
                .setTimeout(ROUND_MILLIS));
    assertThat(studio.count("label_item")).isEqualTo(4);
  }

  private void decide(Page page) {
    var labeler = studio.rows("SELECT id FROM web_account WHERE name = 'Zzyzx Lena'").getFirst();
    page.navigate(studio.url() + "/research/screening");
    var reason = page.locator("textarea[id='reason-" + labeler.get("id") + "']");
    var form =
        page.locator("li")
            .filter(new com.microsoft.playwright.Locator.FilterOptions().setHas(reason));
    form.locator("summary").click();
    reason.fill("Rests for a while");
    form.locator("button[value=PAUSED]").click();
    assertThat(page.locator("main")).containsText("Rests for a while");
    assertThat(studio.count("label_decision WHERE verdict = 'paused'")).isEqualTo(1);
  }

  /// The files hold what the manifest says, and nobody's name or id.
  private void export(Page page) throws Exception {
    page.navigate(studio.url() + "/research/data");
    var download = page.waitForDownload(() -> page.click("a[href='/research/export.zip']"));
    assertThat(download.suggestedFilename()).matches("feedback-\\d{4}-\\d\\d-\\d\\d\\.zip");
    var files = unzipped(download.path());
    var manifest = JSON.readTree(files.get("manifest.json")).get("files");
    for (var names = manifest.fieldNames(); names.hasNext(); ) {
      var name = names.next();
      var bytes = files.get(name).getBytes(StandardCharsets.UTF_8);
      var hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertThat(HexFormat.of().formatHex(hash))
          .isEqualTo(manifest.get(name).get("sha256").asText());
      assertThat(files.get(name).lines().count())
          .isEqualTo(manifest.get(name).get("rows").asLong());
    }
    var comparisons = files.get("comparison.jsonl").lines().toList();
    assertThat(comparisons).isNotEmpty();
    for (var line : comparisons) {
      JsonNode row = JSON.readTree(line);
      assertThat(row.toString()).contains("training-1");
    }
    var everything = String.join("\n", files.values());
    for (Map<String, Object> account : studio.rows("SELECT id, name FROM web_account")) {
      assertThat(everything).doesNotContain((String) account.get("id"));
    }
    assertThat(everything).doesNotContain("Zzyzx");
  }

  private static Map<String, String> unzipped(Path file) throws IOException {
    var files = new TreeMap<String, String>();
    try (var zip = new ZipInputStream(Files.newInputStream(file))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }
}
