package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.instructgpt.collect.Curation.Result;
import org.instructgpt.files.SharedData;
import org.instructgpt.records.Filter;
import org.instructgpt.records.ImportSettings;
import org.instructgpt.records.Importer;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Curates whole public data sets and compares counts with their descriptions.
@Tag("slow")
final class RealDataTest {
  /// Settings in which only equal texts are duplicates.
  private static final CurationSettings.Prefix SAME_TEXT =
      new CurationSettings.Prefix(1 << 20, 1, 1 << 20);

  @TempDir private Path folder;

  /// The description counts questions without regard to capitals and marks.
  @Test
  void helpfulQuestionsThatDiffer() throws IOException {
    assertDistinct("hh-rlhf/helpful-base/test.jsonl.gz", 2354, 2206);
  }

  @Test
  void harmlessQuestionsThatDiffer() throws IOException {
    assertDistinct("hh-rlhf/harmless-base/test.jsonl.gz", 2312, 2175);
  }

  private static void assertDistinct(String file, int rows, int distinct) throws IOException {
    List<Prompt> prompts = questions(file);
    assertThat(prompts).hasSize(rows);
    Result same = run(CurationSettings.PAPER.with(SAME_TEXT), prompts);
    int dropped = same.report().step(CurationReport.Step.DUPLICATES).dropped();
    int alike =
        run(CurationSettings.PAPER, prompts)
            .report()
            .step(CurationReport.Step.DUPLICATES)
            .dropped();
    assertThat(rows - dropped).isEqualTo(distinct);
    // A long common beginning is rare among people's own questions: at most 31 more.
    assertThat(alike).isBetween(dropped, dropped + 31);
  }

  @Test
  void importedPromptsCanBeCurated() throws IOException {
    try (Store store = Store.open(folder.resolve("feedback.db"))) {
      Importer importer =
          new Importer(store, ImportSettings.at(Instant.parse("2026-01-01T00:00:00Z")));
      importer.read(SharedData.file("open-assistant/prompt_lottery_en_250_text.jsonl"));
      importer.read(SharedData.file("self-instruct/seed_tasks.jsonl"));
      importer.read(SharedData.file("gsm8k/train.jsonl"));
      List<Prompt> prompts = store.prompts(Filter.ALL);
      Result result = run(CurationSettings.PAPER.in(Set.of("en")), prompts);
      // Sums of money, distances and years are no phone numbers, and few words are streets.
      Map<String, Integer> found = result.report().step(CurationReport.Step.PERSONAL_DATA).counts();
      assertThat(found.getOrDefault("phone", 0)).isLessThanOrEqualTo(3);
      assertThat(found.getOrDefault("address", 0)).isLessThanOrEqualTo(8);
      assertThat(result.report().prompts()).isEqualTo(250 + 175 + 7473);
      assertThat(result.kept()).hasSizeGreaterThan(7700);
      // Two prompts of the lottery are Spanish.
      assertThat(result.report().step(CurationReport.Step.LANGUAGE).dropped()).isBetween(1, 5);
      Map<Split, Long> splits = new EnumMap<>(Split.class);
      result.kept().forEach(prompt -> splits.merge(prompt.split(), 1L, Long::sum));
      assertThat(splits.get(Split.TRAIN) / (double) result.kept().size()).isBetween(.88, .92);
      // The store's own split is the same function.
      assertThat(result.report().step(CurationReport.Step.SPLIT).changed()).isZero();
    }
  }

  /// All of helpful-base and harmless-base as if 500 customers had asked it: nothing is lost on the
  /// way through the store, nobody is in two parts of the data, and trainings are given just what
  /// was kept.
  @Test
  void noUserIsInTwoSplitsAndNoPromptIsLostInTheStore() throws IOException {
    List<Prompt> asked = new ArrayList<>();
    for (String part : List.of("helpful-base", "harmless-base")) {
      for (Prompt question : questions("hh-rlhf/" + part + "/test.jsonl.gz")) {
        int number = asked.size();
        // The first customer is a program that asks a quarter of everything.
        String user = "customer-" + (number % 4 == 0 ? 0 : number % 500);
        asked.add(Prompts.of(number, user, question.text()));
      }
    }
    try (Store store = Store.open(folder.resolve("feedback.db"))) {
      Intake intake = new Intake(store, new SplittableRandom(1));
      var vouching = intake.vouching(Optional.of("hh"), Instant.parse("2026-01-01T00:00:00Z"));
      int _ =
          store
              .write(handle -> {
                for (Prompt prompt : asked) {
                  store.insert(handle, prompt);
                  vouching.accept(handle, prompt);
                }
                return asked.size();
              })
              .join();
      List<Prompt> prompts = store.prompts(Filter.ALL);
      Result result =
          new Curation(CurationSettings.PAPER.with(SAME_TEXT), Tokenizers.gpt2(), Optional.empty())
              .run(prompts, intake.objection());
      CurationOutcome.save(
          store, result, prompts.stream().collect(Collectors.toMap(Prompt::id, prompt -> prompt)));
      assertThat(prompts).hasSize(2354 + 2312);
      assertThat(result.kept().size() + result.dropped().size()).isEqualTo(2354 + 2312);
      // Some questions are in both files.
      int distinct = 2354 + 2312 - result.report().step(CurationReport.Step.DUPLICATES).dropped();
      assertThat(distinct).isBetween(2206 + 2175 - 200, 2206 + 2175);
      assertThat(result.report().step(CurationReport.Step.CONSENT).dropped()).isZero();
      Map<String, Set<Split>> parts = new HashMap<>();
      Map<String, Integer> each = new HashMap<>();
      CurationOutcome curated = CurationOutcome.of(store);
      List<Prompt> used = new ArrayList<>();
      for (Split split : Split.values()) {
        for (Prompt any : prompts) {
          curated
              .of(any, split)
              .ifPresent(prompt -> {
                used.add(prompt);
                parts.computeIfAbsent(prompt.user().orElseThrow(), _ -> new HashSet<>()).add(split);
                each.merge(prompt.user().orElseThrow(), 1, Integer::sum);
              });
        }
      }
      assertThat(used).containsExactlyInAnyOrderElementsOf(result.kept());
      assertThat(parts.values()).allMatch(splits -> splits.size() == 1);
      assertThat(each.values()).allMatch(count -> count <= 200);
      assertThat(result.report().step(CurationReport.Step.CAP).dropped()).isGreaterThan(800);
      assertThat(result.report().step(CurationReport.Step.CAP).counts())
          .containsEntry("users above the cap", 1);
    }
  }

  private static List<Prompt> questions(String file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<Prompt> questions = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(SharedData.file(file))),
                StandardCharsets.UTF_8))) {
      for (String line : reader.lines().collect(Collectors.toList())) {
        JsonNode row = mapper.readTree(line);
        String dialogue = row.get("chosen").textValue();
        int start = dialogue.indexOf("Human:") + "Human:".length();
        String question = dialogue.substring(start, dialogue.indexOf("\n\nAssistant:")).strip();
        questions.add(Prompts.of(questions.size(), "", question.isEmpty() ? "?" : question));
      }
    }
    return questions;
  }

  private static Result run(CurationSettings settings, List<Prompt> prompts) {
    return new Curation(settings, Tokenizers.gpt2(), Optional.empty()).run(prompts);
  }
}
