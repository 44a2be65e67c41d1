package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.instructgpt.collect.PaperTables.Dataset;
import org.instructgpt.collect.PaperTables.Tag;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Split;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Test;

final class PaperTablesTest {
  private static final Prompt LABELERS =
      Prompts.from(Prompt.Source.LABELER_PLAIN, Prompts.of(1, "ann", "one"));
  private static final Prompt FIRST = Prompts.of(2, "bob", "one two");
  private static final Prompt SECOND = Prompts.of(3, "bob", "one two three");
  private static final Prompt OTHER = Prompts.of(4, "cyd", "one two three four");
  private static final Prompt HELD = in(Split.VALIDATION, Prompts.of(5, "dan", "one"));
  private static final List<Dataset> DATASETS =
      List.of(
          new Dataset("SFT", List.of(LABELERS, FIRST)),
          new Dataset("RM", List.of(FIRST, SECOND, OTHER, HELD)));

  @Test
  void sizesBySplitAndWriter() {
    TextTable grid = PaperTables.sizes(DATASETS);
    assertThat(grid.head())
        .containsExactly(
            "split",
            "SFT labeler",
            "SFT customer",
            "SFT total",
            "RM labeler",
            "RM customer",
            "RM total");
    assertThat(grid.rows())
        .containsExactly(
            List.of("train", "1", "1", "2", "0", "3", "3"),
            List.of("validation", "0", "0", "0", "0", "1", "1"),
            List.of("test", "0", "0", "0", "0", "0", "0"));
  }

  @Test
  void tagsInPercentOfWhatIsTagged() {
    Map<String, Set<Tag>> tags =
        Map.of("p2", Set.of(Tag.AMBIGUOUS), "p3", Set.of(), "p4", Set.of(Tag.CLOSED_DOMAIN));
    TextTable grid = PaperTables.tags(DATASETS, tags);
    assertThat(grid.head()).containsExactly("annotation", "SFT train", "RM train", "RM validation");
    assertThat(grid.rows())
        .contains(
            List.of("ambiguous", "100.0", "33.3", "-"),
            List.of("closed domain", "0.0", "33.3", "-"))
        .hasSize(11);
  }

  @Test
  void promptsPerCustomer() {
    assertThat(PaperTables.promptsPerCustomer(DATASETS).rows())
        .containsExactly(
            List.of("SFT train", "1", "1", "1.00"),
            List.of("RM train", "3", "2", "1.50"),
            List.of("RM validation", "1", "1", "1.00"));
  }

  @Test
  void lengths() {
    assertThat(PaperTables.lengths(DATASETS, Tokenizers.gpt2()).rows())
        .containsExactly(
            List.of("SFT train", "2", "2", "1", "1", "1", "2", "2", "2"),
            List.of("RM train", "3", "3", "1", "2", "3", "3", "4", "4"),
            List.of("RM validation", "1", "1", "-", "1", "1", "1", "1", "1"));
  }

  @Test
  void lengthsByUseCase() {
    TextTable grid =
        PaperTables.lengthsByUseCase(
            List.of(Prompts.of(UseCase.CHAT, SECOND), OTHER), Tokenizers.gpt2());
    assertThat(grid.rows()).hasSize(10);
    assertThat(grid.rows().get(3)).startsWith("chat", "1", "3");
    assertThat(grid.rows().get(4)).startsWith("rewrite", "0", "-");
  }

  /// pandas: Series([1, 2, 4, 8]).describe() gives mean 3.75, std 3.095696, quartiles 1.75, 3, 5.
  @Test
  void quartilesAreInterpolated() {
    int[] sorted = {1, 2, 4, 8};
    assertThat(LengthSummary.quantile(sorted, .25)).isEqualTo(1.75);
    assertThat(LengthSummary.quantile(sorted, .5)).isEqualTo(3);
    assertThat(LengthSummary.quantile(sorted, .75)).isEqualTo(5);
    assertThat(LengthSummary.row("x", IntStream.of(4, 1, 8, 2)))
        .containsExactly("x", "4", "4", "3", "1", "2", "3", "5", "8");
    // 50 / (2 - 1) is the square of 7.07, 50 / 2 that of 5.
    assertThat(LengthSummary.row("x", IntStream.of(10, 20)).get(3)).isEqualTo("7");
  }

  @Test
  void theTextIsAligned() {
    TextTable grid =
        new TextTable(
            "Sizes", List.of("split", "n"), List.of(List.of("train", "1,234"), List.of("a", "-")));
    assertThat(grid.text())
        .isEqualTo(
            """
            Sizes
              split  n
              train  1,234
              a          -
            """);
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
}
