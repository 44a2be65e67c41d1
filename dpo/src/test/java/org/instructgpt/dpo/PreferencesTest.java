package org.instructgpt.dpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.records.Ranking.Pair;
import org.junit.jupiter.api.Test;

/// What a batch is made of, and how it is split.
class PreferencesTest {

  @Test
  void aPromptWithoutAPreferenceIsRefused() {
    assertThatThrownBy(() -> preferences(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found none among 2")
        .hasMessageContaining("leave out");
  }

  @Test
  void aPairOfOneCompletionOrOfNoneIsRefused() {
    for (var pair : List.of(new Pair(1, 1), new Pair(0, 2), new Pair(-1, 0))) {
      assertThatThrownBy(() -> preferences(List.of(pair)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("two of the 2 completions");
    }
  }

  @Test
  void anEmptyCompletionIsRefused() {
    assertThatThrownBy(() ->
            new Preferences(
                new int[] {1}, List.of(new int[] {2}, new int[0]), List.of(new Pair(0, 1))))
        .hasMessageContaining("at least one token");
  }

  private static Preferences preferences(List<Pair> pairs) {
    return new Preferences(new int[] {1}, List.of(new int[] {2}, new int[] {3}), pairs);
  }

  @Test
  void partsHaveEachPromptOnceAndNoMoreTokensThanAllowed() {
    var all = Toys.preferences(40, 1);
    int[] chosen = IntStream.range(5, 35).toArray();
    var parts = Preferences.parts(all, chosen, 120);

    assertThat(parts.stream().flatMapToInt(Arrays::stream).sorted().toArray()).isEqualTo(chosen);
    assertThat(parts).hasSizeGreaterThan(3);
    assertThat(parts)
        .allSatisfy(part -> {
          int tokens = Arrays.stream(part).map(i -> all.get(i).tokens()).sum();
          assertThat(part.length == 1 || tokens <= 120).isTrue();
        });
    assertThat(Preferences.parts(all, chosen, 1)).hasSize(30);
    assertThat(Preferences.parts(all, chosen, Toys.ALL_AT_ONCE)).hasSize(1);
    assertThat(Preferences.parts(all, new int[0], 100)).isEmpty();
  }
}
