package org.instructgpt.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// All words of the world.
final class Vocabulary {
  static final Set<String> WORDS = words();

  private Vocabulary() {}

  private static Set<String> words() {
    Set<String> words = new HashSet<>();
    Entities.all().forEach(entity -> words.addAll(Grammar.of(entity.name())));
    for (Attribute attribute : Attribute.values()) {
      attribute.range().forEach(value -> words.addAll(Grammar.of(value)));
      words.addAll(Grammar.of(attribute.question(Entities.all().getFirst())));
      words.addAll(Grammar.of(attribute.clause(Entities.all().getFirst())));
      words.addAll(Grammar.of(attribute.predicate("")));
    }
    for (EntityKind kind : EntityKind.values()) {
      words.addAll(List.of(kind.word(), kind.plural()));
    }
    List.of(WorldNames.RUDE, WorldNames.POLITE, WorldNames.ENGLISH, WorldNames.LUMISH)
        .forEach(list -> list.forEach(phrase -> words.addAll(Grammar.of(phrase))));
    Phrases.words().forEach(words::add);
    return Set.copyOf(words);
  }
}
