package org.instructgpt.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Every word that is said in this world.
final class Vocabulary {
  static final Set<String> WORDS = words();

  private Vocabulary() {}

  private static Set<String> words() {
    Set<String> words = new HashSet<>();
    WorldNames.all().forEach(entity -> words.addAll(Grammar.of(entity.name())));
    for (World.Attribute attribute : World.Attribute.values()) {
      attribute.range().forEach(value -> words.addAll(Grammar.of(value)));
      words.addAll(Grammar.of(attribute.question(WorldNames.all().getFirst())));
      words.addAll(Grammar.of(attribute.clause(WorldNames.all().getFirst())));
      words.addAll(Grammar.of(attribute.predicate("")));
    }
    for (World.Kind kind : World.Kind.values()) {
      words.addAll(List.of(kind.word(), kind.plural()));
    }
    List.of(WorldNames.RUDE, WorldNames.POLITE, WorldNames.ENGLISH, WorldNames.LUMISH)
        .forEach(list -> list.forEach(phrase -> words.addAll(Grammar.of(phrase))));
    Phrases.words().forEach(words::add);
    return Set.copyOf(words);
  }
}
