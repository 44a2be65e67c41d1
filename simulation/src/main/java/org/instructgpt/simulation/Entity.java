package org.instructgpt.simulation;

/// An entity of the world: a person, animal, plant, town or thing, with a name of one word
/// ("Velmar", "fox", "Anna").
record Entity(String name, EntityKind kind) {

  /// The name with the definite article where it takes one: "Velmar", "the fox".
  String definite() {
    return kind == EntityKind.TOWN || kind == EntityKind.PERSON ? name : "the " + name;
  }

  /// The name with the indefinite article where it takes one: "Velmar", "a fox", "an owl".
  String indefinite() {
    return kind == EntityKind.TOWN || kind == EntityKind.PERSON
        ? name
        : Grammar.article(name) + " " + name;
  }

  /// "he" or "she" for a person, else "it".
  String pronoun() {
    if (kind != EntityKind.PERSON) {
      return "it";
    }
    return WorldNames.WOMEN.contains(name) ? "she" : "he";
  }
}
