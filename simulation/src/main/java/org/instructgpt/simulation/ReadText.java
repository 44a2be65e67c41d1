package org.instructgpt.simulation;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A text as the judge reads it: its words, its sentences, the entities it names, and which
/// sentences are questions or instructions.
///
/// @param words in lower case
/// @param stems the words without endings
/// @param entities in the order of their first mention
record ReadText(
    String text,
    List<String> words,
    List<String> stems,
    List<Sentence> sentences,
    Set<Entity> entities) {
  /// How questions and instructions begin. "When" and "how" begin stories and cheers as well.
  private static final Pattern REQUEST =
      Pattern.compile(
          "^((user|q|question|text):|(what|where|who|which|why|do you know|do not use"
              + "|(please |can you |could you )?(write|tell|list|name|give|describe|translate"
              + "|summarize|rewrite|repeat|finish|find|make|say|help|explain)"
              + "|i want (a|to know|to sell|to say)|i need|use (at most|the word|only)|answer in"
              + "|begin with|end with the words)\\b).*",
          Pattern.DOTALL);

  private static final Map<String, Entity> NAMES =
      Entities.all().stream()
          .collect(
              toUnmodifiableMap(
                  entity -> Grammar.stem(Grammar.of(entity.name()).getFirst()), identity()));

  /// A sentence or a line.
  ///
  /// @param stems its words without endings
  /// @param asks whether it is a question or an instruction
  record Sentence(String text, List<String> stems, boolean asks) {}

  static ReadText of(String text) {
    List<String> words = Grammar.of(text);
    List<Sentence> sentences =
        Grammar.sentences(text).stream()
            .map(s -> new Sentence(s, stems(Grammar.of(s)), asks(s)))
            .toList();
    List<String> stems = stems(words);
    Set<Entity> entities = new LinkedHashSet<>();
    stems.forEach(stem -> named(stem).ifPresent(entities::add));
    return new ReadText(text, words, stems, sentences, Collections.unmodifiableSet(entities));
  }

  private static List<String> stems(List<String> words) {
    return words.stream().map(Grammar::stem).toList();
  }

  private static boolean asks(String sentence) {
    return sentence.endsWith("?") || REQUEST.matcher(sentence.toLowerCase(Locale.ROOT)).matches();
  }

  /// The entity with this name, in any case and number.
  static Optional<Entity> named(String stem) {
    return Optional.ofNullable(NAMES.get(stem));
  }

  boolean names(Entity entity) {
    return entities.contains(entity);
  }

  /// Whether one of these words is said, whatever its ending.
  boolean says(String... any) {
    for (String word : any) {
      if (stems.contains(Grammar.stem(word))) {
        return true;
      }
    }
    return false;
  }

  /// Whether one of these phrases is said, word by word.
  boolean saysPhrase(List<String> phrases) {
    String line = " " + String.join(" ", words) + " ";
    return phrases.stream().anyMatch(phrase -> line.contains(" " + phrase + " "));
  }

  /// How many of these phrases are said.
  int count(List<String> phrases) {
    String line = " " + String.join(" ", words) + " ";
    return (int) phrases.stream().filter(phrase -> line.contains(" " + phrase + " ")).count();
  }

  /// The share of the words that stand in questions or instructions.
  double asking() {
    int asking = sentences.stream().filter(Sentence::asks).mapToInt(s -> s.stems().size()).sum();
    return words.isEmpty() ? 0 : (double) asking / words.size();
  }

  /// The share of the words that end a word triple that occurred before.
  double repetition() {
    Set<String> seen = new HashSet<>();
    int again = 0;
    for (int i = 2; i < words.size(); i++) {
      if (!seen.add(String.join(" ", words.subList(i - 2, i + 1)))) {
        again++;
      }
    }
    return words.isEmpty() ? 0 : (double) again / words.size();
  }

  /// The similarity of two texts, 0 to 1: the F1 of their longest common subsequence of words.
  static double similarity(List<String> one, List<String> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return 0;
    }
    int[][] common = new int[one.size() + 1][other.size() + 1];
    for (int i = 1; i <= one.size(); i++) {
      for (int j = 1; j <= other.size(); j++) {
        common[i][j] =
            one.get(i - 1).equals(other.get(j - 1))
                ? common[i - 1][j - 1] + 1
                : Math.max(common[i - 1][j], common[i][j - 1]);
      }
    }
    return 2.0 * common[one.size()][other.size()] / (one.size() + other.size());
  }
}
