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

/// Measures whether the words of a text stand in a usual order.
///
/// It has no grammar, but a set of the word pairs that occur in a hundred thousand words of the
/// world's documents and answers. Names count as their kind and words without their endings, so a
/// sentence about a new entity is no worse. A few new pairs are original; random words have little
/// else.
final class Fluency {
  private static final int WORDS_READ = 40_000;
  private static final int ANSWERS_READ = 600;
  private static final long SEED = 1;

  /// The share of unknown pairs up to which a text is fluent, and that from which it is taken for
  /// random words.
  private static final double FLUENT = 0.20;

  private static final double RANDOM_WORDS = 0.70;
  private static final double LOWEST = 0.3;

  private static final Pattern TOKEN = Pattern.compile("[\\p{L}\\p{N}]+(?:'\\p{L}+)?|[.!?\\n]+");

  private final Set<String> pairs = new HashSet<>();

  Fluency(World world) {
    WorldTasks tasks = new WorldTasks(world);
    new Documents(world, tasks).write(WORDS_READ, SEED).forEach(this::read);
    RandomGenerator random = SeededRandom.of(SEED, "fluency");
    for (UseCase useCase : UseCase.values()) {
      for (int i = 0; i < ANSWERS_READ; i++) {
        read(tasks.answer(tasks.draw(useCase, random), AnswerQuality.GOOD, random));
      }
    }
  }

  private void read(String text) {
    pairs.addAll(pairs(text));
  }

  /// The fluency of a text: 1 for usual word order, down to 0.3 for random words.
  double of(String text) {
    return Math.clamp(
        1 - (1 - LOWEST) * (unknownShare(text) - FLUENT) / (RANDOM_WORDS - FLUENT), LOWEST, 1);
  }

  /// The share of word pairs that never occurred. Two known pairs are added to every text, since
  /// one unknown pair in a text of three words says little.
  double unknownShare(String text) {
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
