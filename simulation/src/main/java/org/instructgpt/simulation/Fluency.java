package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instructgpt.records.Prompt.UseCase;

/// Whether words stand in an order in which people say them.
///
/// The judge knows no grammar, but it has read what the people of this world write: two words that
/// never stood side by side in a hundred thousand words probably do not belong there. Names count
/// as their kind and words without their endings, so a sentence about somebody new is no worse. A
/// few new pairs are only originality; a heap of words has little else.
final class Fluency {
  private static final int WORDS_READ = 40_000;
  private static final int ANSWERS_READ = 600;
  private static final long SEED = 1;

  /// Shares of pairs never met up to which a text is fluent, and from which it is a heap of words.
  private static final double ORIGINAL = 0.20;

  private static final double HEAP = 0.70;
  private static final double LEAST = 0.3;

  private static final Pattern TOKEN = Pattern.compile("[\\p{L}\\p{N}]+(?:'\\p{L}+)?|[.!?\\n]+");

  private final Set<String> pairs = new HashSet<>();

  Fluency(World world) {
    WorldTasks tasks = new WorldTasks(world);
    new Documents(world, tasks).write(WORDS_READ, SEED).forEach(this::read);
    RandomGenerator random = SeededRandom.of(SEED, "fluency");
    for (UseCase useCase : UseCase.values()) {
      for (int i = 0; i < ANSWERS_READ; i++) {
        read(tasks.answer(tasks.draw(useCase, random), WorldTasks.Care.GOOD, random));
      }
    }
  }

  private void read(String text) {
    pairs.addAll(pairs(text));
  }

  /// From 1 for a text whose words follow each other as usual down to 0.3 for a heap.
  double of(String text) {
    return Math.clamp(
        1 - (1 - LEAST) * (strangeness(text) - ORIGINAL) / (HEAP - ORIGINAL), LEAST, 1);
  }

  /// The share of neighbouring words that nobody was ever seen to put together. Two usual pairs are
  /// added to all texts, for one odd pair in a text of three words says little.
  double strangeness(String text) {
    List<String> here = pairs(text);
    return here.stream().filter(pair -> !pairs.contains(pair)).count() / (here.size() + 2.0);
  }

  private static List<String> pairs(String text) {
    List<String> pairs = new ArrayList<>();
    String before = "";
    Matcher matcher = TOKEN.matcher(text.toLowerCase(Locale.ROOT));
    while (matcher.find()) {
      String token = kind(matcher.group());
      if (!before.isEmpty()) {
        pairs.add(before + " " + token);
      }
      before = token;
    }
    return pairs;
  }

  private static String kind(String token) {
    if (!Character.isLetterOrDigit(token.charAt(0))) {
      return ".";
    }
    String stem = Grammar.stem(token);
    return ReadText.named(stem).map(entity -> "<" + entity.kind().word() + ">").orElse(stem);
  }
}
