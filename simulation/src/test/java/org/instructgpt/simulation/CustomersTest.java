package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Split;
import org.junit.jupiter.api.Test;

class CustomersTest {
  private static final World WORLD = World.of(1);
  private static final WorldTasks TASKS = new WorldTasks(WORLD);
  private static final Customers CUSTOMERS = new Customers(WORLD, TASKS, 5);
  private static final int N = 4_000;
  private static final List<Prompt> PROMPTS = CUSTOMERS.ask(N);

  @Test
  void useCasesOccurInAboutTheSharesOfTable1() {
    Map<UseCase, Integer> counts = new EnumMap<>(UseCase.class);
    PROMPTS.forEach(prompt -> counts.merge(meaning(prompt).useCase(), 1, Integer::sum));
    List<Double> table = List.of(.456, .124, .112, .084, .066, .042, .035, .035, .026, .019);
    for (UseCase useCase : UseCase.values()) {
      assertThat(counts.get(useCase) / (double) N)
          .as("%s", useCase)
          .isCloseTo(table.get(useCase.ordinal()), within(0.04));
    }
  }

  @Test
  void aFewUsersAskHundredsOfTimesAndMostRarely() {
    Map<String, Integer> asked = new HashMap<>();
    PROMPTS.forEach(prompt -> asked.merge(prompt.user().orElseThrow(), 1, Integer::sum));
    List<Integer> sizes = asked.values().stream().sorted(Comparator.reverseOrder()).toList();
    assertThat(N / (double) sizes.size()).isBetween(2.0, 8.0);
    assertThat(sizes.getFirst()).isBetween(80, 800);
    assertThat(sizes.stream().filter(size -> size <= 6).count() / (double) sizes.size())
        .isGreaterThan(0.8);
  }

  @Test
  void aUserIsInOneSplitAndIdsAreUnique() {
    Map<String, Split> parts = new HashMap<>();
    for (Prompt prompt : PROMPTS) {
      Split before = parts.put(prompt.user().orElseThrow(), prompt.split());
      assertThat(before == null || before == prompt.split()).isTrue();
    }
    assertThat(PROMPTS.stream().map(Prompt::id)).doesNotHaveDuplicates();
    assertThat(PROMPTS.stream().map(Prompt::created)).isSorted();
  }

  @Test
  void somePromptsRepeatEarlierOnesExactlyOrExceptForTheEnd() {
    Set<String> seen = new HashSet<>();
    int exact = 0;
    int near = 0;
    for (Prompt prompt : PROMPTS) {
      String text = prompt.text();
      exact += seen.contains(text) ? 1 : 0;
      boolean twin =
          List.of("!", "?", " ...", " !", " :)").stream()
              .filter(text::endsWith)
              .anyMatch(end -> seen.contains(text.substring(0, text.length() - end.length())));
      near += twin ? 1 : 0;
      seen.add(text);
    }
    assertThat(exact / (double) N).isBetween(0.03, 0.12);
    assertThat(near / (double) N).isBetween(0.02, 0.06);
  }

  @Test
  void aboutFourPercentContainPersonalData() {
    long personal =
        PROMPTS.stream()
            .filter(prompt ->
                prompt.text().contains("@example.org")
                    || prompt.text().contains("555-01")
                    || prompt.text().contains("My card number")
                    || prompt.text().contains("IBAN")
                    || prompt.text().contains("I live at"))
            .count();
    assertThat(personal / (double) N).isBetween(0.03, 0.06);
  }

  @Test
  void everyIntentIsFoundAgainFromTheSeed() {
    Customers again = new Customers(WORLD, TASKS, 5);
    for (Prompt prompt : PROMPTS.subList(N - 200, N)) {
      assertThat(again.intent(prompt.text())).isEqualTo(CUSTOMERS.intent(prompt.text()));
      assertThat(again.intent(" " + prompt.text() + "\n")).isPresent();
    }
    for (Prompt prompt : CUSTOMERS.askBaseModel(100)) {
      assertThat(again.intent(prompt.text())).isPresent();
    }
  }

  @Test
  void anIntentIsFoundAfterPersonalDataIsRedacted() {
    int redacted = 0;
    for (Prompt prompt : PROMPTS) {
      String text =
          prompt
              .text()
              .replaceAll("[a-z]+\\.[a-z]+@example\\.org", "[email]")
              .replaceAll("\\(212\\) 555-01\\d\\d", "[phone]");
      if (!text.equals(prompt.text())) {
        redacted++;
        Optional<WorldTask> meant = CUSTOMERS.intent(text);
        assertThat(meant.map(WorldTask::goal)).contains(meaning(prompt).goal());
      }
    }
    assertThat(redacted).isGreaterThan(50);
  }

  @Test
  void anIntentIsFoundAfterANameInTheQuestionIsRedacted() {
    Prompt aboutAnna =
        PROMPTS.stream()
            .filter(prompt -> prompt.text().contains(" Anna "))
            .findFirst()
            .orElseThrow();
    Optional<WorldTask> meant = CUSTOMERS.intent(aboutAnna.text().replace("Anna", "[name]"));
    assertThat(meant).isPresent();
    assertThat(meant.orElseThrow().goal()).hasSameClassAs(meaning(aboutAnna).goal());
  }

  @Test
  void aTextThatNoCustomerWroteHasNoIntent() {
    assertThat(CUSTOMERS.intent("How do I file my taxes?")).isEmpty();
    assertThat(CUSTOMERS.intent("Tell me about [name] and his taxes.")).isEmpty();
  }

  @Test
  void theFirstPromptsDoNotDependOnHowManyFollow() {
    assertThat(new Customers(WORLD, TASKS, 5).ask(50)).isEqualTo(PROMPTS.subList(0, 50));
    assertThat(new Customers(WORLD, TASKS, 6).ask(50)).isNotEqualTo(PROMPTS.subList(0, 50));
  }

  @Test
  void promptsForABaseModelAreExamplesOrBeginnings() {
    assertThat(CUSTOMERS.askBaseModel(200))
        .allMatch(prompt -> prompt.text().endsWith("\nA:") || !prompt.text().contains("\n"))
        .anyMatch(prompt -> prompt.text().endsWith("\nA:"))
        .anyMatch(prompt -> !prompt.text().contains("\n"));
  }

  private static WorldTask meaning(Prompt prompt) {
    return CUSTOMERS.intent(prompt.text()).orElseThrow();
  }
}
