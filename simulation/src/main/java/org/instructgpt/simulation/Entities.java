package org.instructgpt.simulation;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// All entities of the world. They are the same for every seed.
final class Entities {
  private static final Map<EntityKind, List<Entity>> BY_KIND = byKind();
  private static final List<Entity> ALL =
      Arrays.stream(EntityKind.values()).flatMap(kind -> of(kind).stream()).toList();

  private Entities() {}

  static List<Entity> of(EntityKind kind) {
    return BY_KIND.getOrDefault(kind, List.of());
  }

  static List<Entity> all() {
    return ALL;
  }

  private static Map<EntityKind, List<Entity>> byKind() {
    Map<EntityKind, List<Entity>> entities = new EnumMap<>(EntityKind.class);
    for (EntityKind kind : EntityKind.values()) {
      entities.put(kind, names(kind).stream().map(name -> new Entity(name, kind)).toList());
    }
    return entities;
  }

  private static List<String> names(EntityKind kind) {
    return switch (kind) {
      case TOWN -> WorldNames.TOWNS;
      case ANIMAL -> WorldNames.ANIMALS;
      case PERSON -> WorldNames.PEOPLE;
      case PLANT -> WorldNames.PLANTS;
      case THING -> WorldNames.THINGS;
    };
  }
}
