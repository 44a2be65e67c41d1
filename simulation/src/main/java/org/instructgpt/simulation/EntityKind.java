package org.instructgpt.simulation;

/// The kinds of entities.
enum EntityKind {
  TOWN("town", "towns"),
  ANIMAL("animal", "animals"),
  PERSON("person", "people"),
  PLANT("plant", "plants"),
  THING("thing", "things");

  private final String word;
  private final String plural;

  EntityKind(String word, String plural) {
    this.word = word;
    this.plural = plural;
  }

  /// "town"
  String word() {
    return word;
  }

  /// "towns"
  String plural() {
    return plural;
  }
}
