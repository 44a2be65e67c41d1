package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.instructgpt.files.SharedData;
import org.instructgpt.text.Dialogue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole public data sets. The numbers are from their descriptions or were counted by another
/// program.
@Tag("slow")
final class RealDataTest {

  @TempDir Path folder;
  private Store store;

  @BeforeEach
  void open() throws IOException {
    store = Store.open(folder.resolve("feedback.db"));
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  @Test
  void helpfulDialogues() throws Exception {
    ImportReport report = read("hh-rlhf/helpful-base/test.jsonl.gz", Format.HH_RLHF);
    assertThat(report.rows()).isEqualTo(2354);
    assertThat(report.added("ranking")).isEqualTo(2354);
    assertThat(report.notes()).containsValue(9L).hasSize(1);
    assertThat(rankings()).filteredOn(ranking -> ranking.pairs().isEmpty()).hasSize(2);
    assertThat(store.prompts(Filter.ALL))
        .allMatch(prompt -> prompt.text().endsWith("\n\nAssistant:"));
    assertThat(longerWins()).isBetween(.585, .605);
    noQuestionCrossesSplits();
  }

  @Test
  void harmlessDialogues() throws Exception {
    ImportReport report = read("hh-rlhf/harmless-base/test.jsonl.gz", Format.HH_RLHF);
    assertThat(report.added("ranking")).isEqualTo(2312);
    assertThat(report.notes()).containsValue(5L);
    assertThat(rankings()).noneMatch(ranking -> ranking.pairs().isEmpty());
    assertThat(longerWins()).isBetween(.433, .453);
    noQuestionCrossesSplits();
  }

  @Test
  void fineGrainedFeedback() throws Exception {
    ImportReport report = read("fine-grained-rlhf/feedback.json", Format.FINE_GRAINED);
    assertThat(report.added("ranking")).isEqualTo(350);
    assertThat(report.notes()).containsValue(16L).hasSize(1);
    assertThat(rankings()).allMatch(ranking -> ranking.outputs().size() == 4);
    // 1840 labels prefer; 18 ties cannot be kept with them.
    assertThat(rankings().stream().mapToInt(ranking -> ranking.pairs().size()).sum())
        .isEqualTo(1840 + 18);
  }

  @Test
  void openAssistantTrees() throws Exception {
    ImportReport report = read("open-assistant/en_100_tree.jsonl", Format.OPEN_ASSISTANT);
    assertThat(report.rows()).isEqualTo(100);
    List<WithPrompt<Ranking>> first =
        store.rankings(Filter.ALL).stream()
            .filter(given -> !given.prompt().text().startsWith(Dialogue.HUMAN))
            .toList();
    // One tree's replies are unranked.
    assertThat(first).hasSize(99);
    assertThat(first).filteredOn(given -> given.item().outputs().size() >= 4).hasSize(25);
    assertThat(report.added("ranking")).isEqualTo(99 + 111 + 2);
    noQuestionCrossesSplits();
  }

  @Test
  void demonstrations() throws Exception {
    assertThat(read("self-instruct/seed_tasks.jsonl", Format.SELF_INSTRUCT).added("demonstration"))
        .isEqualTo(175);
    assertThat(read("gsm8k/train.jsonl", Format.QUESTION_ANSWER).added("demonstration"))
        .isEqualTo(7473);
    ImportReport alpaca = read("alpaca-demo/alpaca_en_demo.json", Format.INSTRUCTIONS);
    assertThat(alpaca.added("demonstration")).isEqualTo(985);
    assertThat(alpaca.duplicates()).isEqualTo(14);
    ImportReport again = read("gsm8k/train.jsonl", Format.QUESTION_ANSWER);
    assertThat(again.added()).isEmpty();
    assertThat(again.duplicates()).isEqualTo(7473);
  }

  @Test
  void publicTasksAndDialogues() throws Exception {
    ImportReport t0 = read("t0/t0_sample.jsonl.gz", Format.COMPLETIONS);
    assertThat(t0.rows()).isEqualTo(11128);
    assertThat(t0.added("demonstration") + t0.duplicates()).isEqualTo(11128);
    assertThat(store.demonstrations(Filter.ALL))
        .noneMatch(given -> given.item().response().contains("<|endoftext|>"));
    assertThat(read("fastchat/dummy_conversation.json", Format.CONVERSATIONS).rows())
        .isEqualTo(500);
  }

  @Test
  void promptsOfTheLottery() throws Exception {
    assertThat(
            read("open-assistant/prompt_lottery_en_250_text.jsonl", Format.PROMPTS).added("prompt"))
        .isEqualTo(250);
  }

  private ImportReport read(String file, Format format) throws IOException {
    Path path = SharedData.file(file);
    ImportReport report = new Importer(store, ImportSettings.at(Samples.NOON)).read(path);
    assertThat(report.formats()).containsEntry(path.toString(), format);
    return report;
  }

  private List<Ranking> rankings() {
    return store.rankings(Filter.ALL).stream().map(WithPrompt::item).toList();
  }

  /// How often the longer output of a pair won; equal lengths count half.
  private double longerWins() {
    double wins = 0;
    int pairs = 0;
    for (Ranking ranking : rankings()) {
      for (Ranking.Pair pair : ranking.pairs()) {
        int better = ranking.outputs().get(pair.better()).text().length();
        int worse = ranking.outputs().get(pair.worse()).text().length();
        wins += better == worse ? 0.5 : better > worse ? 1 : 0;
        pairs++;
      }
    }
    return wins / pairs;
  }

  private void noQuestionCrossesSplits() {
    List<Prompt> prompts = store.prompts(Filter.ALL);
    long questions = prompts.stream().map(RealDataTest::question).distinct().count();
    long placed = prompts.stream().map(p -> p.split() + question(p)).distinct().count();
    assertThat(placed).isEqualTo(questions).isLessThan(prompts.size());
  }

  private static String question(Prompt prompt) {
    return Dialogue.firstHumanTurn(prompt.text()).orElse(prompt.text()).strip();
  }
}
