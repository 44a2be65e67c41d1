package org.instructgpt.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The wordings of `phrases.txt`, by section.
///
/// A slot `{a}` is filled with what the caller gives under that name; a slot that the caller does
/// not give is filled from the section of its own name, so `{food}` becomes some food.
final class Phrases {
  private static final Pattern SLOT = Pattern.compile("\\{([a-z0-9.]+)\\}");
  private static final Map<String, List<String>> SECTIONS = load("phrases.txt");
  private static final Map<String, Set<String>> RHYMES = rhymes();
  private static final List<String> NUMBERS =
      List.of(
          "zero",
          "one",
          "two",
          "three",
          "four",
          "five",
          "six",
          "seven",
          "eight",
          "nine",
          "ten",
          "eleven",
          "twelve",
          "thirteen",
          "fourteen",
          "fifteen",
          "sixteen",
          "seventeen",
          "eighteen",
          "nineteen",
          "twenty");

  private Phrases() {}

  /// The wordings of a section, with their slots.
  static List<String> of(String section) {
    return Objects.requireNonNull(
        SECTIONS.get(section), () -> "phrases.txt has no [" + section + "]");
  }

  /// A wording of a section, filled, each sentence with its capital letter.
  ///
  /// @param slots names and values in turn
  static String say(String section, RandomGenerator random, String... slots) {
    return fill(RandomChoice.one(of(section), random), random, slots);
  }

  /// A template filled, each sentence with its capital letter.
  static String fill(String template, RandomGenerator random, String... slots) {
    return Grammar.capitals(plain(template, random, slots));
  }

  /// A template filled, its capitals unchanged.
  static String plain(String template, RandomGenerator random, String... slots) {
    StringBuilder text = new StringBuilder();
    Matcher matcher = SLOT.matcher(template.replace("\\n", "\n"));
    while (matcher.find()) {
      String value = value(matcher.group(1), random, slots);
      matcher.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(text).toString();
  }

  private static String value(String name, RandomGenerator random, String... slots) {
    for (int i = 0; i < slots.length; i += 2) {
      if (slots[i].equals(name)) {
        return slots[i + 1];
      }
    }
    return switch (name) {
      case "rude" -> RandomChoice.one(WorldNames.RUDE, random);
      case "rude2" -> {
        String word = RandomChoice.one(WorldNames.RUDE, random);
        yield Grammar.article(word) + " " + word;
      }
      default -> plain(RandomChoice.one(of(name), random), random);
    };
  }

  /// The name of a section: "private_data"
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// "three"; below forty
  static String number(int n) {
    if (n < NUMBERS.size()) {
      return NUMBERS.get(n);
    }
    String tens = n < 30 ? "twenty" : "thirty";
    return n % 10 == 0 ? tens : tens + "-" + NUMBERS.get(n % 10);
  }

  /// The rhyme groups of a word in the table of rhymes; for a word that is not in it, its last
  /// three letters.
  static Set<String> sounds(String word) {
    return RHYMES.getOrDefault(word, Set.of(word.substring(Math.max(0, word.length() - 3))));
  }

  private static Map<String, Set<String>> rhymes() {
    Map<String, Set<String>> sounds = new HashMap<>();
    for (String line : of("rhyme")) {
      List<String> words = Grammar.of(line);
      for (String word : words) {
        sounds.computeIfAbsent(word, w -> new HashSet<>()).add(words.getFirst());
      }
    }
    return sounds;
  }

  /// Every word of every wording.
  static List<String> words() {
    List<String> words = new ArrayList<>(NUMBERS);
    for (String file : List.of("phrases.txt", "words.txt")) {
      load(file).values().stream()
          .flatMap(List::stream)
          .forEach(line ->
              words.addAll(Grammar.of(SLOT.matcher(line.replace("\\n", " ")).replaceAll(" "))));
    }
    return words;
  }

  private static Map<String, List<String>> load(String file) {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    var stream = Objects.requireNonNull(Phrases.class.getResourceAsStream(file), file);
    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      String section = "";
      for (String line : reader.lines().toList()) {
        if (line.startsWith("[")) {
          section = line.substring(1, line.length() - 1);
        } else if (!line.isBlank() && !line.startsWith("#")) {
          sections.computeIfAbsent(section, s -> new ArrayList<>()).add(line);
        }
      }
      return sections;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
