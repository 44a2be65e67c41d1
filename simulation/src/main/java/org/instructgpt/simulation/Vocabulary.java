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
    Names.all().forEach(entity -> words.addAll(Words.of(entity.name())));
    for (World.Attribute attribute : World.Attribute.values()) {
      attribute.range().forEach(value -> words.addAll(Words.of(value)));
      words.addAll(Words.of(attribute.question(Names.all().getFirst())));
      words.addAll(Words.of(attribute.clause(Names.all().getFirst())));
      words.addAll(Words.of(attribute.predicate("")));
    }
    for (World.Kind kind : World.Kind.values()) {
      words.addAll(List.of(kind.word(), kind.plural()));
    }
    List.of(Names.RUDE, Names.POLITE, Names.ENGLISH, Names.LUMISH)
        .forEach(list -> list.forEach(phrase -> words.addAll(Words.of(phrase))));
    Phrases.words().forEach(words::add);
    return Set.copyOf(words);
  }
}
