package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.records.Prompt;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.junit.jupiter.api.Test;

final class DuplicatesTest {
  private static final Tokenizer GPT_2 = Tokenizers.gpt2();

  @Test
  void theSameTextIsADuplicateWhateverItsSpacesAndCapitals() {
    Duplicates seen = new Duplicates(CurationSettings.Prefix.USUAL, GPT_2);
    assertThat(seen.add(Prompts.of(1, "", "Hello  there"))).isEmpty();
    assertThat(seen.add(Prompts.of(2, "", " Hello\nthere ")))
        .contains(new Duplicates.Earlier("p1", true));
    // A full-width letter is the same letter in another form.
    assertThat(seen.add(Prompts.of(3, "", "Ｈello there")))
        .contains(new Duplicates.Earlier("p1", true));
    assertThat(seen.add(Prompts.of(4, "", "hello there!")))
        .contains(new Duplicates.Earlier("p1", true));
    assertThat(seen.add(Prompts.of(5, "", "hell of there"))).isEmpty();
    assertThat(seen.add(Prompts.of(6, "", "What is 2+2?"))).isEmpty();
    assertThat(seen.add(Prompts.of(7, "", "What is 2-2?"))).isEmpty();
  }

  @Test
  void fourFifthsOfTheLongerPromptMakeADuplicate() {
    // One token a word: 10 words need 8 equal ones.
    Duplicates seen = new Duplicates(CurationSettings.Prefix.USUAL, GPT_2);
    assertThat(seen.add(Prompts.of(1, "", "one two three four five six seven eight nine ten")))
        .isEmpty();
    assertThat(seen.add(Prompts.of(2, "", "one two three four five six seven eight red blue")))
        .contains(new Duplicates.Earlier("p1", false));
    assertThat(seen.add(Prompts.of(3, "", "one two three four five six seven red red blue")))
        .isEmpty();
    // All of p1, but that is less than four fifths of these 14 words (12).
    String longer = "one two three four five six seven eight nine ten red blue green black";
    assertThat(seen.add(Prompts.of(4, "", longer))).isEmpty();
  }

  @Test
  void aCommonPrefixOf64TokensIsEnough() {
    String begin = words(64, 0);
    Duplicates seen = new Duplicates(CurationSettings.Prefix.USUAL, GPT_2);
    assertThat(seen.add(Prompts.of(1, "", begin + words(500, 1)))).isEmpty();
    assertThat(seen.add(Prompts.of(2, "", begin + words(300, 3))))
        .contains(new Duplicates.Earlier("p1", false));
    assertThat(seen.add(Prompts.of(3, "", words(63, 0) + words(300, 3)))).isEmpty();
  }

  @Test
  void aShortCommonPrefixIsNotLong() {
    Duplicates seen = new Duplicates(CurationSettings.Prefix.USUAL, GPT_2);
    assertThat(seen.add(Prompts.of(1, "", "Write a poem about cats"))).isEmpty();
    assertThat(seen.add(Prompts.of(2, "", "Write a poem about dogs"))).isEmpty();
    Duplicates strict = new Duplicates(new CurationSettings.Prefix(64, .8, 1), GPT_2);
    assertThat(strict.add(Prompts.of(1, "", "Write a poem about cats"))).isEmpty();
    assertThat(strict.add(Prompts.of(2, "", "Write a poem about dogs"))).isPresent();
  }

  /// Every pair compared, token by token.
  @Test
  void theTableFindsWhatComparingAllPairsFinds() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    for (CurationSettings.Prefix prefix :
        List.of(
            CurationSettings.Prefix.USUAL,
            new CurationSettings.Prefix(64, .8, 1),
            new CurationSettings.Prefix(10, .5, 2),
            new CurationSettings.Prefix(5, 1, 5))) {
      Duplicates seen = new Duplicates(prefix, GPT_2);
      List<int[]> kept = new ArrayList<>();
      int duplicates = 0;
      for (int i = 0; i < 600; i++) {
        Prompt prompt = Prompts.of(i, "", text(random));
        int[] tokens = GPT_2.encode(prompt.text());
        boolean expected = kept.stream().anyMatch(other -> isDuplicate(prefix, tokens, other));
        Optional<Duplicates.Earlier> earlier = seen.add(prompt);
        assertThat(earlier.isPresent()).as(prompt.text()).isEqualTo(expected);
        if (expected) {
          duplicates++;
        } else {
          kept.add(tokens);
        }
      }
      assertThat(duplicates).isBetween(50, 590);
    }
  }

  private static boolean isDuplicate(CurationSettings.Prefix prefix, int[] a, int[] b) {
    if (java.util.Arrays.equals(a, b)) {
      return true;
    }
    double needed =
        Math.max(
            Math.min(prefix.most(), Math.ceil(prefix.share() * a.length)),
            Math.min(prefix.most(), Math.ceil(prefix.share() * b.length)));
    int equal = 0;
    while (equal < a.length && equal < b.length && a[equal] == b[equal]) {
      equal++;
    }
    return equal >= Math.max(needed, prefix.least());
  }

  /// Few words, the same ones mostly, so that beginnings are often equal.
  private static String text(RandomGenerator random) {
    int words = 1 + random.nextInt(random.nextInt(8) == 0 ? 90 : 20);
    return IntStream.range(0, words)
        .mapToObj(i -> random.nextInt(12) == 0 ? "red" : "one")
        .collect(Collectors.joining(" "));
  }

  private static String words(int count, int seed) {
    String[] some = {" red", " blue", " green", " black", " white", " one", " two"};
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(some[(i * (seed + 1) + i * i + seed) % some.length]);
    }
    return text.toString();
  }
}
