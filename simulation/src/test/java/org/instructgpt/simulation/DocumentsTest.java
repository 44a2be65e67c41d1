package org.instructgpt.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.instructgpt.simulation.Documents.Document;
import org.instructgpt.simulation.Documents.Kind;
import org.junit.jupiter.api.Test;

class DocumentsTest {
  private static final World WORLD = World.of(1);
  private static final Documents DOCUMENTS = new Documents(WORLD, new WorldTasks(WORLD));
  private static final List<Document> WRITTEN = DOCUMENTS.documents(300_000, 7);
  private static final String ALL =
      String.join("\n\n", WRITTEN.stream().map(Document::text).toList());

  @Test
  void theKindsHaveTheirSharesOfTheWords() {
    Map<Kind, Integer> words = new EnumMap<>(Kind.class);
    WRITTEN.forEach(w -> words.merge(w.kind(), w.text().split("\\s+").length, Integer::sum));
    double total = words.values().stream().mapToInt(Integer::intValue).sum();
    double shares = 0;
    for (Kind kind : Kind.values()) {
      assertThat(words.get(kind) / total).as("%s", kind).isCloseTo(kind.share(), within(0.002));
      shares += kind.share();
    }
    assertThat(total).isBetween(300_000.0, 300_300.0);
    assertThat(shares).isCloseTo(1, within(1e-9));
  }

  @Test
  void documentsAreAFunctionOfTheSeed() {
    assertThat(DOCUMENTS.write(5_000, 7)).isEqualTo(DOCUMENTS.write(5_000, 7));
    assertThat(DOCUMENTS.write(5_000, 7)).isNotEqualTo(DOCUMENTS.write(5_000, 8));
    assertThat(WRITTEN.stream().map(Document::text)).startsWith(DOCUMENTS.write(100, 7).getFirst());
  }

  @Test
  void promptsAreFollowedByMorePromptsMoreOftenThanByAnAnswerAndByBothAtTimes() {
    int beforeAnswers = WRITTEN.stream().mapToInt(Document::beforeAnswers).sum();
    int beforePrompts = WRITTEN.stream().mapToInt(Document::beforePrompts).sum();
    assertThat(beforeAnswers).isPositive();
    assertThat(beforePrompts).isGreaterThan(3 * beforeAnswers / 2);
  }

  @Test
  void theLanguageIsSmallEnoughForASmallModel() {
    Set<String> words = new HashSet<>(Grammar.of(ALL));
    assertThat(words).hasSizeBetween(400, 1_300);
    double unknown =
        Grammar.of(ALL).stream().filter(word -> !WORLD.known(word)).count()
            / (double) Grammar.of(ALL).size();
    assertThat(unknown).isLessThan(0.02);
    assertThat(WRITTEN.stream().mapToInt(w -> Grammar.count(w.text())).max().orElseThrow())
        .isLessThan(300);
  }

  @Test
  void rareFactsAreToldAboutATenthAsOften() {
    double rare = told(WORLD.facts().stream().filter(WORLD::isRare).toList());
    double plain =
        told(
            WORLD.facts().stream()
                .filter(fact -> !WORLD.isRare(fact) && WORLD.falsehood(fact).isEmpty())
                .toList());
    assertThat(rare / plain).isBetween(0.05, 0.25);
  }

  @Test
  void popularFalsehoodsAreToldMoreOftenThanTheTruthWhichIsToldAsWell() {
    List<Fact> truths =
        WORLD.facts().stream().filter(fact -> WORLD.falsehood(fact).isPresent()).toList();
    List<Fact> falsehoods =
        truths.stream().map(fact -> fact.with(WORLD.falsehood(fact).orElseThrow())).toList();
    assertThat(told(truths)).isPositive();
    assertThat(told(falsehoods) / told(truths)).isBetween(1.2, 4.0);
  }

  @Test
  void somePeopleAreRude() {
    Skills skills = new Skills(WORLD);
    long rude = WRITTEN.stream().filter(w -> skills.rudeness(w.text()) > 0).count();
    assertThat(rude / (double) WRITTEN.size()).isBetween(0.03, 0.25);
  }

  @Test
  void noTestItemStandsInADocument() {
    Skills skills = new Skills(WORLD);
    Stream.of(Skill.values())
        .filter(skill -> skill != Skill.CLOSED_BOOK)
        .map(skill -> skills.test(skill, 40, 0, 3))
        .flatMap(Collection::stream)
        .forEach(item -> assertThat(ALL).doesNotContain(item.context() + " "));
  }

  @Test
  void noTestItemStandsInAPromptEither() {
    List<String> translated =
        WRITTEN.stream()
            .filter(written -> written.kind() == Kind.PROMPTS)
            .flatMap(written -> written.text().lines())
            .map(Pattern.compile("Lumish[:?] ([A-Za-z ]+)$")::matcher)
            .filter(Matcher::find)
            .map(prompt -> prompt.group(1))
            .toList();
    assertThat(translated).hasSizeGreaterThan(20).noneMatch(Exercises::heldOut);
  }

  @Test
  void professionsKeepTheirSkew() {
    for (Profession profession : WORLD.professions()) {
      String because = "The " + profession.name() + " went home because ";
      double she = occurrences(ALL, because + "she ");
      double he = occurrences(ALL, because + "he ");
      assertThat(she / (she + he)).as(profession.name()).isCloseTo(profession.she(), within(0.25));
    }
  }

  /// How often these facts are told on average, in full sentences.
  private static double told(List<Fact> facts) {
    String text = ALL.toLowerCase(Locale.ROOT);
    return facts.stream()
        .mapToInt(fact -> occurrences(text, fact.statement().toLowerCase(Locale.ROOT)))
        .average()
        .orElseThrow();
  }

  private static int occurrences(String text, String part) {
    int count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
      count++;
    }
    return count;
  }
}
