package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.instructgpt.collect.Intake.Consent;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Dialect;
import org.instructgpt.records.Filter;
import org.instructgpt.records.ImportSettings;
import org.instructgpt.records.Importer;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.records.TestServer;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("slow")
@ParameterizedClass
@EnumSource(Dialect.class)
final class IntakeTest {
  private static final Instant NOON = Instant.parse("2026-03-04T12:00:00.123456Z");
  private static final Optional<String> ACME = Optional.of("acme");

  @Parameter Dialect dialect;
  @TempDir Path folder;
  private Store store;
  private Intake intake;

  @BeforeEach
  void open() throws Exception {
    store =
        Store.open(
            dialect == Dialect.SQLITE
                ? folder.resolve("feedback.db").toString()
                : TestServer.database());
    intake = new Intake(store, new SplittableRandom(1));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Prompt ask(String account, String text) {
    Consent consent = intake.accept(account, "2026-01", NOON);
    return intake.ask(account, ACME, text, consent, NOON);
  }

  @Test
  void vouchedConsentCanBeWithdrawn() throws Exception {
    Path rows = folder.resolve("rows.jsonl");
    Files.writeString(rows, "{\"prompt\": \"What is a river?\", \"user_id\": \"u1\"}\n");
    ImportSettings settings = ImportSettings.at(NOON);
    var _ = new Importer(store, settings).read(rows);
    var vouching = intake.vouching(Optional.of("v1"), NOON);
    var _ = new Importer(store, settings.withConsent(), vouching).read(rows);
    Prompt prompt = store.prompts(Filter.ALL).getFirst();
    assertThat(intake.objection().apply(prompt)).isEmpty();
    intake.withdraw("u1", NOON.plusSeconds(60));
    assertThat(intake.objection().apply(prompt)).contains("consent withdrawn");
  }

  @Test
  void aPromptWithConsentIsStoredUnchanged() {
    String text = "写一首关于鸭子的诗 🦆\n<script>alert('x')</script> مرحبا'); DROP TABLE prompt; --";
    Prompt prompt = ask("ann", text);
    assertThat(store.prompt(prompt.id())).contains(prompt);
    assertThat(prompt.text()).isEqualTo(text);
    assertThat(prompt.source()).isEqualTo(Prompt.Source.CUSTOMER);
    assertThat(prompt.user()).contains("ann");
    assertThat(prompt.split())
        .isEqualTo(Split.Fractions.USUAL.splitOf(Optional.of("ann"), ACME, text));
    assertThat(intake.objection().apply(prompt)).isEmpty();
  }

  @Test
  void nothingIsStoredWithoutConsent() {
    Consent invented = new Consent("2026-01", NOON);
    assertThatThrownBy(() -> intake.ask("ann", ACME, "Hi", invented, NOON))
        .isInstanceOf(Intake.NoConsent.class)
        .hasMessageContaining("expected the consent of ann to notice 2026-01");
    intake.accept("bob", "2026-01", NOON);
    assertThatThrownBy(() -> intake.ask("ann", ACME, "Hi", invented, NOON))
        .isInstanceOf(Intake.NoConsent.class);
    assertThat(store.counts().prompts()).isZero();
  }

  @Test
  void aSecondConsentToTheSameNoticeChangesNothingAndAnotherNoticeIsAnotherConsent() {
    Consent first = intake.accept("ann", "2026-01", NOON);
    assertThat(intake.accept("ann", "2026-01", NOON.plusSeconds(60))).isEqualTo(first);
    assertThat(intake.consent("ann")).contains(first);
    Consent second = intake.accept("ann", "2026-07", NOON.plusSeconds(90));
    assertThat(intake.consent("ann")).contains(second);
    assertThatThrownBy(() -> intake.ask("ann", ACME, "Hi", first, NOON))
        .isInstanceOf(Intake.NoConsent.class);
    assertThat(intake.consent("bob")).isEmpty();
    assertThatThrownBy(() -> intake.accept("ann", " ", NOON)).hasMessageContaining("notice");
  }

  @Test
  void promptsOfAWithdrawnConsentAreNotUsedAnyMore() {
    Prompt annsOld = ask("ann", "Where do ducks go in winter?");
    Prompt bobs = ask("bob", "How tall is a giraffe?");
    intake.withdraw("ann", NOON.plusSeconds(60));
    assertThat(intake.consent("ann")).isEmpty();
    assertThatThrownBy(
            () -> intake.ask("ann", ACME, "Hi", new Consent("2026-01", NOON), NOON.plusSeconds(61)))
        .isInstanceOf(Intake.NoConsent.class);
    Prompt annsNew = ask("ann", "Name three rivers of Asia.");
    Function<Prompt, Optional<String>> objection = intake.objection();
    assertThat(objection.apply(annsOld)).contains("consent withdrawn");
    assertThat(objection.apply(annsNew)).isEmpty();
    assertThat(objection.apply(bobs)).isEmpty();
    assertThat(objection.apply(Prompts.of(9, "eve", "Hi"))).contains("no consent on record");
    assertThat(objection.apply(Prompts.from(Prompt.Source.IMPORTED, Prompts.of(9, "", "Hi"))))
        .isEmpty();
  }

  private static final String CUSTOMERS =
      """
      {"type":"prompt","id":"p1","text":"Hi","source":"customer","user":"u1","split":"train","created":"2022-03-04T12:00:00Z"}
      {"type":"prompt","id":"p2","text":"Ho","source":"customer","user":"u1","split":"train","created":"2022-03-04T12:00:00Z"}
      {"type":"prompt","id":"p3","text":"Hum","source":"customer","organisation":"acme","split":"train","created":"2022-03-04T12:00:00Z"}
      {"type":"prompt","id":"p4","text":"Ha","source":"imported","split":"train","created":"2022-03-04T12:00:00Z"}
      """;

  @Test
  void anImportOfCustomersPromptsNeedsANoticeToVouchFor() throws Exception {
    Path file = Files.writeString(folder.resolve("customers.jsonl"), CUSTOMERS);
    var settings = ImportSettings.at(NOON);
    assertThatThrownBy(
            () -> new Importer(store, settings, intake.vouching(Optional.empty(), NOON)).read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--consent VERSION")
        .hasMessageContaining("p1");
    assertThat(store.counts().prompts()).isZero();
    for (int time = 0; time < 2; time++) {
      new Importer(store, settings, intake.vouching(Optional.of("shop-3"), NOON)).read(file);
      assertThat(store.prompts(Filter.ALL))
          .hasSize(4)
          .allMatch(prompt -> intake.objection().apply(prompt).isEmpty());
    }
    assertThat(intake.consent("u1")).map(Consent::notice).contains("shop-3");
    intake.withdraw("u1", NOON);
    assertThat(store.prompts(Filter.ALL))
        .filteredOn(prompt -> intake.objection().apply(prompt).isEmpty())
        .extracting(Prompt::id)
        .containsExactly("p3", "p4");
  }

  private Curation.Result curate(CurationSettings settings) {
    List<Prompt> all = store.prompts(Filter.ALL);
    var result =
        new Curation(settings, Tokenizers.gpt2(), Optional.empty()).run(all, intake.objection());
    CurationOutcome.save(store, result, all.stream().collect(Collectors.toMap(Prompt::id, p -> p)));
    return result;
  }

  @Test
  void afterACurationOnlyKeptPromptsAreUsed() {
    Prompt duck = ask("ann", "Where do ducks go in winter?");
    Prompt same = ask("bob", "Where do ducks go in winter?");
    Prompt mail = ask("cat", "Write to joe@example.org, or call me.");
    Prompt gone = ask("dan", "How tall is a giraffe?");
    intake.withdraw("dan", NOON);
    var labeler = new Labeler("lab", Labeler.Pool.TRAINING);
    store
        .add(
            List.of(
                labeler,
                new Demonstration("d1", duck.id(), "South.", "lab", NOON),
                new Demonstration("d2", same.id(), "South!", "lab", NOON)))
        .join();
    assertThat(CurationOutcome.of(store).isThere()).isFalse();
    assertThat(CurationOutcome.of(store).of(same)).contains(same);
    var settings =
        CurationSettings.PAPER
            .with(CurationSettings.Personal.REDACTED)
            .with(new Split.Fractions(1, 0, 0));
    for (int time = 0; time < 2; time++) {
      assertThat(curate(settings).report().step(CurationReport.Step.CONSENT).counts())
          .containsEntry("consent withdrawn", 1);
    }
    Prompt late = ask("eve", "Name three rivers of Asia.");
    CurationOutcome curated = CurationOutcome.of(store);
    assertThat(curated.isThere()).isTrue();
    assertThat(curated.of(duck)).map(Prompt::text).contains(duck.text());
    assertThat(curated.of(same)).isEmpty();
    assertThat(curated.of(gone)).isEmpty();
    assertThat(curated.of(late)).isEmpty();
    List<Prompt> all = store.prompts(Filter.ALL);
    assertThat(all).filteredOn(curated::isLater).containsExactly(late);
    assertThat(curated.of(mail)).map(Prompt::text).contains("Write to [email], or call me.");
    assertThat(all).filteredOn(each -> curated.of(each, Split.TRAIN).isPresent()).hasSize(2);
    assertThat(all).filteredOn(each -> curated.of(each, Split.TEST).isPresent()).isEmpty();
    assertThat(store.demonstrations(Filter.ALL))
        .flatMap(given -> curated.of(given, Split.TRAIN).stream().toList())
        .extracting(WithPrompt::item)
        .extracting(Demonstration::id)
        .containsExactly("d1");
  }

  @Test
  void anExportTellsTheConsentAndTheCuration() {
    Prompt duck = ask("ann", "Where do ducks go in winter?");
    Prompt same = ask("bob", "Where do ducks go in winter?");
    Prompt gone = ask("dan", "How tall is a giraffe?");
    intake.withdraw("dan", NOON);
    curate(CurationSettings.PAPER);
    Prompt late = ask("eve", "Name three rivers of Asia.");
    Function<Prompt, Optional<Map<String, Object>>> facts = store.read(intake::facts);
    assertThat(facts.apply(duck).orElseThrow())
        .containsEntry("consent_version", "2026-01")
        .containsEntry("consent_at", "2026-03-04T12:00:00.123Z")
        .containsEntry("curation", "kept");
    assertThat(facts.apply(same).orElseThrow()).containsEntry("curation", "duplicates");
    assertThat(facts.apply(gone)).isEmpty();
    assertThat(facts.apply(late).orElseThrow()).doesNotContainKey("curation");
    assertThat(facts.apply(Prompts.from(Prompt.Source.IMPORTED, Prompts.of(9, "", "Hi"))))
        .contains(Map.of());
  }

  @Test
  void erasingAnAccountErasesConsentAndOutcomeToo() {
    Prompt anns = ask("ann", "Where do ducks go in winter?");
    Prompt bobs = ask("bob", "How tall is a giraffe?");
    curate(CurationSettings.PAPER);
    assertThat(store.erase(Set.of("ann"), Set.of(), List.of(intake)).prompts())
        .containsExactly(anns.id());
    assertThat(store.prompts(Filter.ALL)).containsExactly(bobs);
    assertThat(intake.consent("ann")).isEmpty();
    assertThat(store.erase(Set.of(), Set.of(bobs.id()), List.of(intake)).others()).isEqualTo(2);
    assertThat(intake.consent("bob")).isPresent();
  }

  /// The consent is looked at in the transaction that stores the prompt.
  @Test
  void aWithdrawalAtTheSameMomentComesBeforeOrAfter() {
    Consent consent = intake.accept("ann", "2026-01", NOON);
    Prompt prompt = intake.prompt("ann", ACME, "Hi", NOON);
    var asked = store.write(handle -> intake.add(handle, prompt, consent));
    intake.withdraw("ann", NOON);
    Prompt stored = asked.join();
    assertThat(intake.objection().apply(stored)).contains("consent withdrawn");
    Prompt later = intake.prompt("ann", ACME, "Ho", NOON);
    assertThatThrownBy(() -> store.write(handle -> intake.add(handle, later, consent)).join())
        .hasRootCauseInstanceOf(Intake.NoConsent.class);
  }
}
