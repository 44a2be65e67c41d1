package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.instructgpt.files.SharedData;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
final class UseCasesTest {
  @TempDir private Path folder;

  @Test
  void theSamePromptsAndSeedGiveTheSameFile() throws IOException {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    List<Prompt> prompts = small();
    UseCases.train(prompts, 1).save(one);
    UseCases.train(prompts.reversed(), 1).save(two);
    assertThat(two).hasSameBinaryContentAs(one);
    UseCases.train(prompts, 2).save(two);
    assertThat(Files.mismatch(one, two)).isNotNegative();
  }

  @Test
  void aSavedClassifierSuggestsTheSame() throws IOException {
    Path file = folder.resolve("use-cases");
    UseCases trained = UseCases.train(small(), 1);
    trained.save(file);
    UseCases loaded = UseCases.load(file);
    UseCases.Suggestion suggestion = loaded.suggest("Summarize the story of the lantern");
    assertThat(suggestion).isEqualTo(trained.suggest("Summarize the story of the lantern"));
    assertThat(suggestion.useCase()).isEqualTo(UseCase.SUMMARIZATION);
    assertThat(suggestion.probability()).isBetween(.5, 1.0);
  }

  @Test
  void aDamagedOrForeignFileIsRefused() throws IOException {
    Path file = folder.resolve("use-cases");
    UseCases.train(small(), 1).save(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[1000] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> UseCases.load(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("train it again");
    assertThatThrownBy(() -> UseCases.load(folder.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void trainingOnOneUseCaseIsRefused() {
    List<Prompt> prompts = small().subList(0, 1);
    assertThatThrownBy(() -> UseCases.train(prompts, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least two");
  }

  @Test
  void curationSuggestsUseCasesThatAreNotSettled() {
    Prompt settled = Prompts.of(UseCase.CHAT, Prompts.of(1, "ann", "Summarize my day, friend"));
    Prompt open = Prompts.of(2, "ann", "Summarize the tale of the fox");
    var curation =
        new Curation(
            CurationSettings.PAPER, Tokenizers.gpt2(), Optional.of(UseCases.train(small(), 1)));
    var result = curation.run(List.of(settled, open));
    assertThat(result.kept())
        .extracting(prompt -> prompt.useCase().orElseThrow())
        .containsExactly(UseCase.CHAT, UseCase.SUMMARIZATION);
    assertThat(result.report().step(CurationReport.Step.USE_CASE).counts())
        .isEqualTo(Map.of("settled", 1, "suggested", 1));
  }

  /// Half of the templates of public tasks, the other half to be guessed: no wording is in both.
  @Test
  void unseenWordingsAreMostlyClassifiedRight() throws IOException {
    List<Prompt> seen = new ArrayList<>();
    List<Prompt> unseen = new ArrayList<>();
    Map<Boolean, List<Prompt>> halves = Map.of(true, seen, false, unseen);
    int number = 0;
    ObjectMapper mapper = new ObjectMapper();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(SharedData.file("t0/t0_sample.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
      for (String line : reader.lines().toList()) {
        JsonNode row = mapper.readTree(line);
        String template = row.get("template").textValue();
        Optional<UseCase> useCase = useCase(template);
        if (useCase.isPresent() && !row.get("prompt").textValue().isBlank()) {
          Prompt prompt = Prompts.of(number++, "", row.get("prompt").textValue());
          halves.get(template.hashCode() % 2 == 0).add(Prompts.of(useCase.get(), prompt));
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(1500);
    assertThat(unseen).hasSizeGreaterThan(1500);
    UseCases trained = UseCases.train(seen, 1);
    assertThat(trained.accuracy(seen)).isGreaterThan(.95);
    assertThat(trained.accuracy(unseen)).isGreaterThan(.87);
  }

  private static Optional<UseCase> useCase(String template) {
    Map<Pattern, UseCase> classes =
        Map.of(
            Pattern.compile(
                "(samsum_(?!Write)|xsum|cnn_.*(summary|brief|sentences)|multi_news_(summ|dist|synth)"
                    + "|gigaword_(TLDR|gen|in_a)).*"),
            UseCase.SUMMARIZATION,
            Pattern.compile("(imdb|yelp|amazon_pol|rotten|ag_news_(which|class)|trec|dbpedia).*"),
            UseCase.CLASSIFICATION,
            Pattern.compile(
                "(quoref|ropes|adversarial_qa.*(answer|based|tell)|duorc.*question_answering).*"),
            UseCase.CLOSED_QA,
            Pattern.compile("(kilt|sciq.*Closed|wiki_qa_(Direct|exercise)|wiki_qa_Jeopardy).*"),
            UseCase.OPEN_QA,
            Pattern.compile("(common_gen_(?!choice|topics)|gigaword_(rev|write_an)|cnn.*story).*"),
            UseCase.GENERATION);
    return classes.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(template).matches())
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static List<Prompt> small() {
    List<Prompt> prompts = new ArrayList<>();
    for (String thing : List.of("fox", "lantern", "town", "lupin", "river", "baker")) {
      int n = prompts.size();
      prompts.add(
          Prompts.of(
              UseCase.SUMMARIZATION, Prompts.of(n, "", "Summarize the tale of the " + thing)));
      prompts.add(
          Prompts.of(UseCase.GENERATION, Prompts.of(n + 1, "", "Write a poem about the " + thing)));
      prompts.add(
          Prompts.of(UseCase.OPEN_QA, Prompts.of(n + 2, "", "Where is the " + thing + "?")));
    }
    return prompts;
  }
}
