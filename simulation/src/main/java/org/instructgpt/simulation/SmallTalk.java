package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Conversations between two people of the world. Two in five are rude, and many turns say so
/// beforehand, so that a model learns what "in a rude and mean way" means.
final class SmallTalk {
  private static final double RUDE_SHARE = 0.4;

  private static final List<String> WISHES =
      List.of(
          "give me the %s",
          "bring me the %s",
          "show me the %s",
          "help me with the %s",
          "look after the %s",
          "close the door",
          "come in",
          "sit down");
  private static final List<String> KIND =
      List.of(
          "You are kind.",
          "You are a good friend.",
          "You are very good to me.",
          "You are welcome.",
          "You are a great help.");
  private static final List<String> THANKS =
      List.of("With pleasure.", "Of course.", "I am happy to help.", "Thank you.");
  private static final List<String> PLACES =
      List.of("by the river", "on the road", "in the garden", "by the lake", "near the old mill");

  private final World world;

  SmallTalk(World world) {
    this.world = world;
  }

  /// Two people, two to four turns each.
  String talk(RandomGenerator random) {
    List<Entity> two = RandomChoice.some(2, world.entities(EntityKind.PERSON), random);
    boolean rude = RandomChoice.chance(RUDE_SHARE, random);
    List<String> sentences = new ArrayList<>();
    if (random.nextBoolean()) {
      sentences.add(
          "%s and %s met %s."
              .formatted(two.get(0).name(), two.get(1).name(), RandomChoice.one(PLACES, random)));
    }
    int turns = 3 + random.nextInt(3);
    for (int turn = 0; turn < turns; turn++) {
      String speaker = two.get(turn % 2).name();
      String hearer = two.get((turn + 1) % 2).name();
      sentences.add(rude ? rudeTurn(speaker, hearer, random) : kindTurn(speaker, hearer, random));
    }
    return String.join(" ", sentences);
  }

  private String kindTurn(String speaker, String hearer, RandomGenerator random) {
    String thanks = RandomChoice.one(THANKS, random) + " " + RandomChoice.one(KIND, random);
    return switch (random.nextInt(4)) {
      case 0 -> "%s said: \"Please %s.\"".formatted(speaker, wish(random));
      case 1 -> "In a polite and kind way %s said: \"%s\"".formatted(speaker, thanks);
      case 2 -> "%s said to %s: \"%s\"".formatted(speaker, hearer, RandomChoice.one(KIND, random));
      default -> "%s said: \"%s\"".formatted(speaker, thanks);
    };
  }

  /// A rude turn, for stories as well.
  String rudeTurn(String speaker, String hearer, RandomGenerator random) {
    String word = RandomChoice.one(world.rudeWords(), random);
    String insult = "You are " + Grammar.article(word) + " " + word + ".";
    return switch (random.nextInt(4)) {
      case 0 -> "\"You %s,\" said %s to %s.".formatted(word, speaker, hearer);
      case 1 -> "In a rude and mean way %s said: \"%s\"".formatted(speaker, insult);
      case 2 ->
          "%s said to %s: \"%s, you %s.\""
              .formatted(speaker, hearer, Grammar.capital(wish(random)), word);
      default -> "%s said to %s: \"%s\"".formatted(speaker, hearer, insult);
    };
  }

  private String wish(RandomGenerator random) {
    Entity thing = RandomChoice.one(world.entities(EntityKind.THING), random);
    return RandomChoice.one(WISHES, random).replace("%s", thing.name());
  }

  /// The beginning of an utterance with that many rude words in it: both a kind and a rude end are
  /// possible.
  static String unfinished(World world, int rudeWords, RandomGenerator random) {
    List<Entity> two = RandomChoice.some(2, world.entities(EntityKind.PERSON), random);
    String speaker = two.get(0).name();
    String hearer = two.get(1).name();
    String before =
        rudeWords == 0
            ? "%s and %s met %s.".formatted(hearer, speaker, RandomChoice.one(PLACES, random))
            : "\"%s,\" said %s to %s."
                .formatted(
                    RandomChoice.some(rudeWords, world.rudeWords(), random).stream()
                        .map(word -> "you " + word)
                        .collect(
                            Collectors.collectingAndThen(
                                Collectors.joining(", "), Grammar::capital)),
                    hearer,
                    speaker);
    return before + " %s said to %s: \"You are".formatted(speaker, hearer);
  }
}
