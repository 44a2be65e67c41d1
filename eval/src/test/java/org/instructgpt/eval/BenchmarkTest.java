package org.instructgpt.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.instructgpt.eval.Benchmark.Item;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.model.Sequences;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A small model that has learned a few answers by heart.
class BenchmarkTest {
  private static final Map<String, String> MEALS =
      new TreeMap<>(
          Map.of("fox", "red berries", "bear", "honey", "crow", "old bread", "hare", "clover"));
  private static final Scope SCOPE = Scope.open();
  private static Tokenizer tokenizer;
  private static Gpt model;

  private static String question(String animal) {
    return "Q: What does the " + animal + " eat?\nA:";
  }

  @BeforeAll
  static void learn() {
    var documents = new ArrayList<String>();
    MEALS.forEach((animal, meal) ->
        documents.add(question(animal) + " " + meal + "\nQ: What does the owl eat?"));
    var singing = List.of("She sings.", "She sings.", "She sings.", "He sings.");
    documents.addAll(singing);
    tokenizer = BpeTrainer.train(documents, 320);
    var config = GptConfig.small(2, 32, 2, 64, tokenizer.vocabularySize());
    model =
        new Gpt(
            config, Precision.FULL, new Parameters(Gpt.shapes(config), DType.FLOAT32, Device.CPU));
    model.initialize(new Randomness(5));
    train(documents);
  }

  /// Documents that no question is asked in are also read after the end of another.
  private static void train(List<String> documents) {
    var first = new ArrayList<int[]>();
    var rest = new ArrayList<int[]>();
    for (var document : documents) {
      var ids = IntStream.of(tokenizer.encode(document)).boxed().collect(Collectors.toList());
      ids.add(tokenizer.endOfText());
      first.add(new int[] {ids.getFirst()});
      rest.add(ids.stream().skip(1).mapToInt(id -> id).toArray());
      if (!document.startsWith("Q:")) {
        first.add(new int[] {tokenizer.endOfText()});
        rest.add(ids.stream().mapToInt(id -> id).toArray());
      }
    }
    var adam = new AdamW(model.parameters(), AdamW.Settings.gpt3(0));
    for (int step = 0; step < 150; step++) {
      try (var _ = Scope.open()) {
        model.parameters().zeroGradient();
        LogProbs.ofResponses(model, Sequences.of(first, rest, Device.CPU), 1, Dropout.NONE)
            .mean()
            .neg()
            .backward();
        adam.step(5e-3);
      }
    }
  }

  @AfterAll
  static void close() {
    SCOPE.close();
  }

  private static Benchmark benchmark(int rows) {
    return new Benchmark(model, tokenizer, new Benchmark.Settings(12, rows));
  }

  private static List<Item> questions() {
    return MEALS.entrySet().stream()
        .map(e ->
            new Item(
                e.getKey(),
                question(e.getKey()),
                List.of("a " + e.getValue() + "!", "nothing"),
                List.of()))
        .toList();
  }

  @Test
  void freeAnswersEndAtTheLineFeed() {
    var answers = benchmark(8).answers(questions());

    assertThat(answers)
        .extracting(Benchmark.Answer::name)
        .containsExactlyElementsOf(MEALS.keySet());
    assertThat(answers)
        .extracting(Benchmark.Answer::text)
        .containsExactlyElementsOf(MEALS.values());
    assertThat(answers).allMatch(a -> a.exact() == 1 && a.f1() == 1 && !a.shortened());
  }

  @Test
  void aWrongAnswerCountsByTheWordsItShares() {
    var item = new Item("fox", question("fox") + "  ", List.of("blue berries"), List.of());

    var answer = benchmark(1).answers(List.of(item)).getFirst();

    assertThat(answer.text()).isEqualTo("red berries");
    assertThat(answer.exact()).isZero();
    assertThat(answer.f1()).isEqualTo(0.5);
  }

  @Test
  void theLikeliestChoiceIsTheAnswer() {
    var items =
        MEALS.entrySet().stream()
            .map(e ->
                new Item(
                    e.getKey(),
                    question(e.getKey()),
                    List.of(e.getValue()),
                    List.copyOf(MEALS.values())))
            .toList();
    var mixed = new ArrayList<>(items);
    mixed.addAll(1, questions());

    var answers = benchmark(3).answers(mixed);

    assertThat(answers).hasSize(8).allMatch(a -> a.exact() == 1);
    assertThat(answers.get(0).text()).isEqualTo("honey");
    assertThat(answers.get(1).text()).isEqualTo("honey");
    assertThat(answers.get(5).text()).isEqualTo("old bread");
    var wrong = new Item("w", question("fox"), List.of("clover"), List.of("clover", "red berries"));
    assertThat(benchmark(1).answers(List.of(wrong)).getFirst().exact()).isZero();
  }

  /// "red berries" cannot be likelier than "red", with which it begins, but its second word is
  /// certain after the first, so its mean is greater.
  @Test
  void aLongerChoiceIsNotTheWorseForIt() {
    var item =
        new Item("owl", question("owl"), List.of("red berries"), List.of("red", "red berries"));

    assertThat(benchmark(2).answers(List.of(item)).getFirst().text()).isEqualTo("red berries");
  }

  /// By the model's own logits, one row at a time, in double precision: the total of a completion's
  /// tokens, and from the totals the entropy.
  @Test
  void anEntropyIsThatOfTheCompletionsTotalProbabilities() {
    var items =
        List.of(
            new Item("start", "", List.of(), List.of("She sings.", "He sings.")),
            new Item("meal", question("fox"), List.of(), List.of("honey", "old bread", "clover")),
            new Item("line", "She sings.\n", List.of(), List.of("He sings.", "She")));

    double[] entropies = benchmark(2).entropies(items);

    int end = tokenizer.endOfText();
    assertThat(entropies[0])
        .isCloseTo(entropy(new int[] {end}, List.of("She sings.", "He sings.")), within(1e-4))
        .isBetween(0.2, 0.99);
    assertThat(entropies[1])
        .isCloseTo(
            entropy(tokenizer.encode(question("fox")), List.of(" honey", " old bread", " clover")),
            within(1e-4));
    assertThat(entropies[2])
        .isCloseTo(
            entropy(tokenizer.encode("She sings.\n"), List.of("He sings.", "She")), within(1e-4));
  }

  private static double entropy(int[] context, List<String> completions) {
    var odds = new double[completions.size()];
    double all = 0;
    for (int c = 0; c < odds.length; c++) {
      int[] ids = tokenizer.encode(completions.get(c));
      int[] row = Arrays.copyOf(context, context.length + ids.length);
      System.arraycopy(ids, 0, row, context.length, ids.length);
      odds[c] = Math.exp(total(row, context.length));
      all += odds[c];
    }
    double entropy = 0;
    for (double odd : odds) {
      entropy -= odd / all * Math.log(odd / all) / Math.log(2);
    }
    return entropy;
  }

  private static double total(int[] row, int from) {
    try (var _ = Scope.open()) {
      double[] logits =
          Scope.constant(
                  () -> model.logits(model.hidden(Tensor.of(row, 1, row.length), Dropout.NONE)))
              .doubles();
      int v = logits.length / row.length;
      double total = 0;
      for (int t = from; t < row.length; t++) {
        double sum = 0;
        for (int i = 0; i < v; i++) {
          sum += Math.exp(logits[(t - 1) * v + i]);
        }
        total += logits[(t - 1) * v + row[t]] - Math.log(sum);
      }
      return total;
    }
  }

  @Test
  void theBatchSizeDoesNotChangeAnAnswer() {
    var contexts = List.of(question("fox"), "She", question("owl") + " a", "Q:", "");

    var together = benchmark(5).continuations(contexts);

    assertThat(benchmark(1).continuations(contexts)).isEqualTo(together);
    assertThat(together.getFirst()).isEqualTo("red berries");
    assertThat(together.get(1)).isEqualTo("sings.");
  }

  @Test
  void aContextThatIsTooLongLosesItsBeginning() {
    var padding = "She sings.\n".repeat(20);
    var item = new Item("fox", padding + question("fox"), List.of("red berries"), List.of());
    var choice =
        new Item("fox", padding + question("fox"), List.of("honey"), List.of("honey", "clover"));

    var answers = benchmark(2).answers(List.of(item, choice));

    assertThat(answers).allMatch(Benchmark.Answer::shortened);
    int[] ids = tokenizer.encode(item.context());
    int room = 64 - 12; // the model's context less the answer
    var end = tokenizer.decode(Arrays.copyOfRange(ids, ids.length - room, ids.length));
    assertThat(benchmark(1).continuations(List.of(end)))
        .containsExactly(answers.getFirst().text())
        .doesNotContainAnyElementsOf(benchmark(1).continuations(List.of(padding.strip())));
  }

  @Test
  void aContextThatIsTooLongKeepsTheTokenThatBeginsEveryText(@TempDir Path folder)
      throws IOException {
    tokenizer.saveAll(folder);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"eos_token\": \"<|endoftext|>\", \"bos_token\": \"<|endoftext|>\", \"add_bos_token\": true}");
    var begins = Tokenizers.load(folder.resolve("tokenizer.json"));
    var benchmark = new Benchmark(model, begins, new Benchmark.Settings(12, 1));
    var context = "She sings.\n".repeat(20) + question("fox");
    var item = new Item("fox", context, List.of(), List.of("honey", "clover"));

    double[] totals = new double[2];
    int room = 64;
    for (var choice : item.choices()) {
      room = Math.min(room, 64 - begins.encode(" " + choice).length);
    }
    for (int i = 0; i < 2; i++) {
      int[] ids = begins.encode(context);
      ids = Arrays.copyOfRange(ids, ids.length - room, ids.length);
      ids[0] = begins.endOfText();
      int[] completion = begins.encode(" " + item.choices().get(i));
      var row = List.of(new EncodedExample(ids, completion));
      totals[i] = Arrays.stream(SequenceScorer.inOrder(1).logProbs(model, row).getFirst()).sum();
    }
    double first = 1 / (1 + Math.exp(totals[1] - totals[0]));
    double bits = -(first * Math.log(first) + (1 - first) * Math.log(1 - first)) / Math.log(2);
    assertThat(benchmark.entropies(List.of(item))[0]).isCloseTo(bits, within(1e-6));
    assertThat(benchmark(1).entropies(List.of(item))[0])
        .as("without such a token")
        .isNotCloseTo(bits, within(1e-5));
  }

  @Test
  void itemsThatCannotBeAskedAreRefusedByName() {
    var unknown = new Item("fox", "Q:", List.of("honey"), List.of("clover", "bread"));
    assertThatThrownBy(() -> benchmark(1).answers(List.of(unknown)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a right answer to 'fox'")
        .hasMessageContaining("[honey] and the choices [clover, bread]");
    assertThatThrownBy(
            () -> benchmark(1).answers(List.of(new Item("fox", "Q:", List.of(), List.of()))))
        .hasMessageContaining("a right answer to 'fox'");
    assertThatThrownBy(
            () -> benchmark(1).entropies(List.of(new Item("he", "", List.of(), List.of("He")))))
        .hasMessageContaining("two completions or more to compare in 'he', found [He]");
    assertThatThrownBy(() -> new Item("he", "", List.of(), List.of("He", " ")))
        .hasMessageContaining("choices with text in 'he'");
    var endless = new Item("x", "", List.of(), List.of("a ".repeat(80), "b"));
    assertThatThrownBy(() -> benchmark(1).entropies(List.of(endless)))
        .hasMessageContaining("shorter than the model's context of 64 tokens");
    assertThatThrownBy(() -> new Benchmark(model, tokenizer, new Benchmark.Settings(64, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fewer new tokens than the model's context of 64, found 64");
    assertThatThrownBy(() -> new Benchmark.Settings(0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEmptyListOfItemsHasNoAnswers() {
    assertThat(benchmark(1).answers(List.of())).isEmpty();
    assertThat(benchmark(1).entropies(List.of())).isEmpty();
  }
}
