package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Songs, whose lines of random words repeat. Nothing but an earlier line tells how a repeated line
/// goes on, so they teach a model to look at what was said before, the skill that answering from a
/// prompt is made of.
final class Songs {
  private static final List<String> SHAPES = List.of("AA", "AAA", "ABA", "ABAB", "AABA", "ABBA");

  private final List<String> names;

  Songs(World world) {
    this.names =
        Stream.concat(world.entities().stream().map(Entity::name), world.englishLexicon().stream())
            .toList();
  }

  String sing(RandomGenerator random) {
    List<String> lines = List.of(line(random), line(random));
    List<String> song = new ArrayList<>();
    for (char line : RandomChoice.one(SHAPES, random).toCharArray()) {
      song.add(lines.get(line - 'A'));
    }
    return String.join("\n", song);
  }

  private String line(RandomGenerator random) {
    return Stream.generate(() -> RandomChoice.one(names, random))
        .limit(4 + random.nextInt(6))
        .collect(Collectors.joining(" "));
  }
}
