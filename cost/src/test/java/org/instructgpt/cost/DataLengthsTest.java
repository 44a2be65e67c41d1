package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.instructgpt.cost.DataLengths.Rows;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataLengthsTest {
  private static final Tokenizer GPT2 = Tokenizers.gpt2();
  private static final String LONG = "one two three four five six seven eight nine ten".repeat(20);

  @TempDir Path folder;

  private static Prompt prompt(String id, String text, Split split) {
    return new Prompt(
        id,
        text,
        Prompt.Source.IMPORTED,
        Optional.empty(),
        Optional.empty(),
        split,
        Optional.empty(),
        Instant.EPOCH);
  }

  private static int tokens(String prompt, String response) {
    return PromptTemplate.DEFAULT.prompt(GPT2, prompt).length
        + PromptTemplate.DEFAULT.response(GPT2, response).length;
  }

  @Test
  void theTrainingSplitIsCountedAsTheTrainingsFitIt() throws IOException {
    DataLengths found;
    try (var store = Store.open(folder.resolve("feedback.db"))) {
      store
          .add(
              List.of(
                  new Labeler("ann", Labeler.Pool.TRAINING),
                  prompt("p1", "Where is the owl?", Split.TRAIN),
                  prompt("p2", "Where?", Split.TEST),
                  prompt("p3", LONG, Split.TRAIN),
                  new Demonstration("d1", "p1", "In the river.", "ann", Instant.EPOCH),
                  new Demonstration("d2", "p2", "Here.", "ann", Instant.EPOCH),
                  new Demonstration("d3", "p3", "Too long a prompt.", "ann", Instant.EPOCH),
                  new Ranking(
                      "r1",
                      "p1",
                      List.of(new Output("In it.", "m"), new Output("I do not know it.", "m")),
                      List.of(1, 2),
                      "ann",
                      Instant.EPOCH)))
          .join();
      found = DataLengths.of(store, GPT2, PromptTemplate.DEFAULT, 64);
    }
    int one = tokens("Where is the owl?", "In the river.");
    assertThat(found.demonstrations().count()).isEqualTo(1);
    assertThat(found.demonstrations().mean()).isEqualTo(one);
    assertThat(found.demonstrations().longest()).isEqualTo(one);
    assertThat(found.prompts().count()).isEqualTo(1);
    assertThat(found.ranked()).isEqualTo(1);
    assertThat(found.completions()).isEqualTo(2);
    int judged =
        tokens("Where is the owl?", "In it.")
            + tokens("Where is the owl?", "I do not know it.")
            - PromptTemplate.DEFAULT.prompt(GPT2, "Where is the owl?").length;
    assertThat(found.largest()).isEqualTo(judged);
    assertThat(found.judged()).isCloseTo(judged, within(1e-9));
  }

  /// Four rows of 10 tokens on average with deviation 3: 40 + 2 x 3 x 2 = 52, unless four of the
  /// longest have fewer.
  @Test
  void theMostTokensOfSomeRowsLieBetweenTheirMeanAndTheLongest() {
    assertThat(new Rows(100, 6, 4, 3, 20).most(4)).isEqualTo(52);
    assertThat(new Rows(100, 6, 4, 3, 11).most(4)).isEqualTo(44);
    assertThat(new Rows(1, 6, 4, 0, 10).most(4)).isEqualTo(10);
  }

  @Test
  void rowsEndAtTheContext() {
    var fitted = new Rows(5, 300, 100, 0, 2048).within(200);
    assertThat(fitted.mean()).isEqualTo(200);
    assertThat(fitted.longest()).isEqualTo(200);
    assertThat(new Rows(5, 30, 10, 0, 2048).within(200).mean()).isEqualTo(40);
  }
}
