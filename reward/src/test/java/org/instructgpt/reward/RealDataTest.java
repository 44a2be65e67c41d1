package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.instructgpt.files.SharedData;
import org.instructgpt.records.Filter;
import org.instructgpt.records.ImportSettings;
import org.instructgpt.records.Importer;
import org.instructgpt.records.Store;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rankings that people made, from the file to the report.
@Tag("slow")
class RealDataTest {

  @TempDir Path folder;

  private List<TokenizedRanking> rankings(String file) throws IOException {
    try (var store = Store.open(folder.resolve("feedback.db"))) {
      var _ = new Importer(store, ImportSettings.at(Instant.EPOCH)).read(SharedData.file(file));
      var tokenizer = Tokenizers.gpt2();
      return store.rankings(Filter.ALL).stream()
          .map(given -> TokenizedRanking.of(given, tokenizer, PromptTemplate.DEFAULT))
          .toList();
    }
  }

  /// A model that gives every completion the same reward.
  private static RewardReport indifferent(List<TokenizedRanking> rankings) {
    return RewardReport.of(
        rankings.stream()
            .filter(TokenizedRanking::hasPairs)
            .map(ranked -> new ScoredRanking(ranked, new double[ranked.k()]))
            .toList());
  }

  /// The shares of the data's description, which counts characters where we count tokens.
  @ParameterizedTest
  @CsvSource({
    "hh-rlhf/helpful-base/test.jsonl.gz, 2352, .594",
    "fine-grained-rlhf/feedback.json, 1858, .51"
  })
  void theLongerAnswerWinsAsOftenAsTheDataSays(String file, int pairs, double share)
      throws Exception {
    var report = indifferent(rankings(file));

    assertThat(report.pairs()).isEqualTo(pairs);
    assertThat(report.longerWins().value()).isCloseTo(share, within(0.02));
    assertThat(report.accuracy().value()).isEqualTo(0.5);
    assertThat(report.loss()).isCloseTo(Math.log(2), within(1e-12));
  }

  @Test
  void rankingsKeepTheirTiesAndLoseNoCompletion() throws Exception {
    var rankings = rankings("fine-grained-rlhf/feedback.json");

    assertThat(rankings).hasSize(350).allMatch(ranked -> ranked.k() == 4);
    assertThat(rankings).anyMatch(ranked -> ranked.pairs().size() < 6);
    int end = Tokenizers.gpt2().endOfText();
    assertThat(rankings)
        .flatExtracting(TokenizedRanking::completions)
        .allMatch(ids -> ids[ids.length - 1] == end);
  }
}
