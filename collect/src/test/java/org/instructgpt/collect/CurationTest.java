package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.collect.Curation.Dropped;
import org.instructgpt.collect.Curation.Result;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Test;

final class CurationTest {
  private static final CurationSettings ALL_TRAIN =
      CurationSettings.PAPER.with(new Split.Fractions(1, 0, 0));

  @Test
  void theOldestOfTheSamePromptsStays() {
    Result result =
        run(
            ALL_TRAIN,
            Prompts.of(3, "ann", "What is the highest mountain of Taiwan?"),
            Prompts.of(1, "bob", "What is the highest mountain of Taiwan?"),
            Prompts.of(2, "cyd", "Why is the sky blue?"));
    assertThat(result.kept()).extracting(Prompt::id).containsExactly("p1", "p2");
    assertThat(result.dropped())
        .containsExactly(new Dropped("p3", CurationReport.Step.DUPLICATES, "same text as p1"));
    assertThat(result.report().step(CurationReport.Step.DUPLICATES).counts())
        .containsEntry("same text", 1);
  }

  @Test
  void aUserKeepsTheOldestTwoHundred() {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      prompts.add(Prompts.of(i, "ann", "What is " + i + " times " + (i * i + 7) + "?"));
    }
    for (int i = 250; i < 260; i++) {
      prompts.add(Prompts.of(i, "bob", "What is " + i + " plus " + (i * i + 7) + "?"));
    }
    Result result = run(ALL_TRAIN, prompts.toArray(new Prompt[0]));
    assertThat(result.kept()).hasSize(210);
    assertThat(result.kept().get(199).id()).isEqualTo("p199");
    assertThat(result.dropped())
        .hasSize(50)
        .allMatch(drop -> drop.step() == CurationReport.Step.CAP);
    assertThat(result.report().step(CurationReport.Step.CAP).counts())
        .containsEntry("users above the cap", 1);
    assertThat(result.report().users()).isEqualTo(2);
  }

  @Test
  void labelersPromptsAreNeitherCappedNorTakenForDuplicates() {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      prompts.add(
          Prompts.from(
              Prompt.Source.LABELER_FEW_SHOT,
              Prompts.of(i, "ann", "Say whether the tweet is kind. ".repeat(20) + i)));
    }
    Result result = run(ALL_TRAIN.cap(10), prompts.toArray(new Prompt[0]));
    assertThat(result.kept()).hasSize(30);
  }

  @Test
  void noUserIsInTwoSplits() {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      prompts.add(Prompts.of(i, "user" + i % 97, "What is " + i + " times " + (i * i) + "?"));
    }
    Result result =
        run(
            CurationSettings.PAPER.with(new Split.Fractions(.5, .25, .25)),
            prompts.toArray(new Prompt[0]));
    Map<String, Set<Split>> splits =
        result.kept().stream()
            .collect(
                Collectors.groupingBy(
                    prompt -> prompt.user().orElseThrow(),
                    Collectors.mapping(Prompt::split, Collectors.toSet())));
    assertThat(splits).hasSize(97).allSatisfy((user, parts) -> assertThat(parts).hasSize(1));
    assertThat(result.report().splits().keySet()).containsExactly(Split.values());
    assertThat(result.report().splits().values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(600);
  }

  @Test
  void personalDataIsDroppedFromTheTrainingSplitOnly() {
    Prompt prompt = Prompts.of(1, "ann", "Write to ann.smith@example.org for me");
    assertThat(run(ALL_TRAIN, prompt).dropped())
        .containsExactly(new Dropped("p1", CurationReport.Step.PERSONAL_DATA, "holds email"));
    CurationSettings allTest = ALL_TRAIN.with(new Split.Fractions(0, 0, 1));
    Result result = run(allTest, prompt);
    assertThat(result.kept()).hasSize(1);
    assertThat(result.report().step(CurationReport.Step.PERSONAL_DATA).counts())
        .containsEntry("email", 1);
  }

  @Test
  void personalDataIsRedactedWhereThatIsWanted() {
    Prompt prompt =
        Prompts.of(1, "ann", "Write to ann.smith@example.org or call 212-555-0123 today");
    Result result = run(ALL_TRAIN.with(CurationSettings.Personal.REDACTED), prompt);
    assertThat(result.kept())
        .extracting(Prompt::text)
        .containsExactly("Write to [email] or call [phone] today");
    assertThat(result.report().step(CurationReport.Step.PERSONAL_DATA).changed()).isEqualTo(1);
    CurationSettings.Personal phones =
        new CurationSettings.Personal(
            CurationSettings.Action.REDACT,
            EnumSet.allOf(Split.class),
            EnumSet.of(PersonalDataKind.PHONE),
            .5);
    assertThat(run(ALL_TRAIN.with(phones), prompt).kept())
        .extracting(Prompt::text)
        .containsExactly("Write to ann.smith@example.org or call [phone] today");
  }

  @Test
  void tooLongAndTooShortPromptsAreDropped() {
    Result result =
        run(
            ALL_TRAIN.tokens(3, 10),
            Prompts.of(1, "ann", "Hi"),
            Prompts.of(2, "ann", "Why is the sky blue?"),
            Prompts.of(3, "ann", "word ".repeat(11).strip()));
    assertThat(result.kept()).extracting(Prompt::id).containsExactly("p2");
    assertThat(result.dropped())
        .containsExactly(
            new Dropped("p1", CurationReport.Step.LENGTH, "1 token"),
            new Dropped("p3", CurationReport.Step.LENGTH, "11 tokens"));
  }

  @Test
  void onlyWantedAndUnknownLanguagesAreKept() {
    Result result =
        run(
            ALL_TRAIN.in(Set.of("en")),
            Prompts.of(1, "ann", "Please write a short story about a dog and a cat."),
            Prompts.of(2, "ann", "Schreibe bitte eine kurze Geschichte über einen Hund."),
            Prompts.of(3, "ann", "请写一个关于狗和猫的小故事。"),
            Prompts.of(4, "ann", "2 + 2 = ?"));
    assertThat(result.kept()).extracting(Prompt::id).containsExactly("p1", "p4");
    assertThat(result.report().step(CurationReport.Step.LANGUAGE).counts())
        .isEqualTo(Map.of("en", 1, "de", 1, "zh", 1, "und", 1));
  }

  @Test
  void theOrderOfThePromptsDoesNotMatter() {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String text = "Tell me about number " + i % 150 + " and the number " + i % 7 + " in words";
      prompts.add(Prompts.of(i, "user" + i % 13, text + (i % 5 == 0 ? " at a@example.org" : "")));
    }
    CurationSettings settings =
        CurationSettings.PAPER.cap(9).with(CurationSettings.Personal.REDACTED);
    Result expected = run(settings, prompts.toArray(new Prompt[0]));
    assertThat(expected.dropped()).hasSizeGreaterThan(100);
    Collections.shuffle(prompts, new Random(1));
    assertThat(run(settings, prompts.toArray(new Prompt[0]))).isEqualTo(expected);
  }

  /// Curating what was curated changes nothing, and later prompts take nothing away.
  @Test
  void curatingAgainKeepsTheKeptPrompts() {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String text = "Tell me about number " + i % 90 + " and the number " + i % 7 + " in words";
      prompts.add(Prompts.of(i, "user" + i % 13, text));
    }
    CurationSettings settings = CurationSettings.PAPER.cap(18);
    Result first = run(settings, prompts.subList(0, 200).toArray(new Prompt[0]));
    assertThat(run(settings, first.kept().toArray(new Prompt[0])).kept()).isEqualTo(first.kept());
    Result later = run(settings, prompts.toArray(new Prompt[0]));
    assertThat(later.kept()).containsAll(first.kept()).hasSizeGreaterThan(first.kept().size());
  }

  @Test
  void everyPromptIsKeptOrDroppedOnce() {
    Map<String, Integer> seen = new HashMap<>();
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      prompts.add(Prompts.of(i, "user" + i % 3, "Call 212-555-01" + (10 + i % 40) + " for " + i));
    }
    Result result = run(ALL_TRAIN.cap(20), prompts.toArray(new Prompt[0]));
    result.kept().forEach(prompt -> seen.merge(prompt.id(), 1, Integer::sum));
    result.dropped().forEach(drop -> seen.merge(drop.promptId(), 1, Integer::sum));
    assertThat(seen).hasSize(100).allSatisfy((id, times) -> assertThat(times).isEqualTo(1));
    var report = result.report();
    int in = report.prompts();
    for (CurationReport.StepReport step : report.steps()) {
      assertThat(step.prompts()).isEqualTo(in);
      in -= step.dropped();
    }
    assertThat(in).isEqualTo(report.kept()).isEqualTo(result.kept().size());
  }

  @Test
  void theReportIsReadableAndJson() throws Exception {
    Result result =
        run(
            CurationSettings.PAPER,
            Prompts.of(1, "ann", "Why is the sky blue?"),
            Prompts.of(2, "ann", "Why is the sky blue?"));
    assertThat(result.report().text())
        .contains("1 of 2 prompts kept, of 1 users")
        .contains("duplicates")
        .contains("same text 1");
    ObjectMapper mapper = new ObjectMapper();
    JsonNode json = mapper.readTree(mapper.writeValueAsString(result.report()));
    assertThat(json.at("/steps/1/dropped").intValue()).isEqualTo(1);
    assertThat(json.at("/settings/prefix/most").intValue()).isEqualTo(64);
  }

  /// What models have been judged on must not become what they learn from.
  @Test
  void splitsCanStayAndAWriterInTwoGoesWhereTheOldestPromptIs() {
    Result result =
        run(
            CurationSettings.PAPER.keepingParts(),
            in(Split.TEST, Prompts.of(1, "ann", "Why is the sky blue?")),
            in(Split.TRAIN, Prompts.of(2, "ann", "Name three rivers of Asia.")),
            in(Split.VALIDATION, Prompts.of(3, "bob", "How tall is a giraffe?")),
            in(Split.TEST, Prompts.of(4, "", "Where do ducks go in winter?")));
    assertThat(result.kept())
        .extracting(Prompt::split)
        .containsExactly(Split.TEST, Split.TEST, Split.VALIDATION, Split.TEST);
    assertThat(result.report().step(CurationReport.Step.SPLIT).changed()).isEqualTo(1);
  }

  private static Prompt in(Split split, Prompt prompt) {
    return new Prompt(
        prompt.id(),
        prompt.text(),
        prompt.source(),
        prompt.user(),
        prompt.organisation(),
        split,
        prompt.useCase(),
        prompt.created());
  }

  @Test
  void twoPromptsOfOneIdAreRefused() {
    assertThatThrownBy(() -> run(ALL_TRAIN, Prompts.of(1, "", "a"), Prompts.of(1, "", "b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p1");
  }

  @Test
  void invalidSettingsAreRefused() {
    assertThatThrownBy(() -> CurationSettings.PAPER.cap(0)).hasMessageContaining("cap");
    assertThatThrownBy(() -> CurationSettings.PAPER.tokens(5, 4)).hasMessageContaining("length");
    assertThatThrownBy(() -> CurationSettings.PAPER.in(Set.of("english")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"english\"");
  }

  private static Result run(CurationSettings settings, Prompt... prompts) {
    return new Curation(settings, Tokenizers.gpt2(), Optional.empty()).run(List.of(prompts));
  }
}
