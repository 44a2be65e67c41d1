package org.instructgpt.simulation;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// An attribute of a kind of entity: what can be known about it.
///
/// Each attribute has one verb phrase with the value in it. That keeps the language learnable and
/// lets the judge find claims in free text.
enum Attribute {
  TOWN_PLACE(EntityKind.TOWN, "where does % lie", "where % lies", "lies *", WorldNames.LANDSCAPES),
  TOWN_RULER(EntityKind.TOWN, "who rules %", "who rules %", "is ruled by *", WorldNames.RULERS),
  TOWN_CRAFT(
      EntityKind.TOWN,
      "what is % famous for",
      "what % is famous for",
      "is famous for its *",
      WorldNames.CRAFTS),
  TOWN_FLAG(
      EntityKind.TOWN,
      "what colour is the flag of %",
      "which flag % has",
      "has a * flag",
      WorldNames.COLOURS),
  ANIMAL_FOOD(EntityKind.ANIMAL, "what does % eat", "what % eats", "eats *", WorldNames.FODDER),
  ANIMAL_HOME(EntityKind.ANIMAL, "where does % live", "where % lives", "lives *", WorldNames.LAIRS),
  ANIMAL_FEAR(EntityKind.ANIMAL, "what does % fear", "what % fears", "fears *", WorldNames.FEARS),
  ANIMAL_COLOUR(
      EntityKind.ANIMAL, "what colour is %", "what colour % has", "is *", WorldNames.COLOURS),
  PERSON_TRADE(
      EntityKind.PERSON,
      "what is the trade of %",
      "what the trade of % is",
      "is a *",
      WorldNames.TRADES),
  PERSON_HOME(
      EntityKind.PERSON,
      "in which town does % live",
      "where % lives",
      "lives in *",
      WorldNames.HOMES),
  PERSON_FOOD(
      EntityKind.PERSON,
      "what does % like to eat",
      "what % likes to eat",
      "likes *",
      WorldNames.DISHES),
  PERSON_PET(
      EntityKind.PERSON,
      "which pet does % keep",
      "which pet % keeps",
      "keeps a *",
      WorldNames.PETS),
  PLANT_COLOUR(
      EntityKind.PLANT, "what colour is %", "what colour % has", "is *", WorldNames.COLOURS),
  PLANT_PLACE(
      EntityKind.PLANT, "where does % grow", "where % grows", "grows *", WorldNames.GROUNDS),
  PLANT_CURE(EntityKind.PLANT, "what does % cure", "what % cures", "cures *", WorldNames.AILMENTS),
  PLANT_MONTH(
      EntityKind.PLANT, "when does % bloom", "when % blooms", "blooms *", WorldNames.MONTHS),
  THING_STUFF(
      EntityKind.THING,
      "what is % made of",
      "what % is made of",
      "is made of *",
      WorldNames.STUFFS),
  THING_OWNER(EntityKind.THING, "who owns %", "who owns %", "belongs to *", WorldNames.OWNERS),
  THING_PLACE(
      EntityKind.THING, "where is % kept", "where % is kept", "is kept *", WorldNames.ROOMS),
  THING_PRICE(EntityKind.THING, "what does % cost", "what % costs", "costs *", WorldNames.PRICES);

  private static final Map<EntityKind, List<Attribute>> BY_KIND =
      Stream.of(EntityKind.values())
          .collect(
              toUnmodifiableMap(
                  kind -> kind,
                  kind -> Arrays.stream(values()).filter(a -> a.kind == kind).toList()));

  private final EntityKind kind;
  private final String question;
  private final String clause;
  private final String predicate;

  @SuppressWarnings("ImmutableEnumChecker") // the lists of WorldNames never change
  private final List<String> values;

  Attribute(
      EntityKind kind, String question, String clause, String predicate, List<String> values) {
    this.kind = kind;
    this.question = question;
    this.clause = clause;
    this.predicate = predicate;
    this.values = values;
  }

  /// The four attributes of a kind.
  static List<Attribute> of(EntityKind kind) {
    return BY_KIND.getOrDefault(kind, List.of());
  }

  /// The kind that has this attribute.
  EntityKind kind() {
    return kind;
  }

  /// The values that it can take: 8 to 12, in lower case but for names.
  List<String> range() {
    return values;
  }

  /// "What does the fox eat?"
  String question(Entity entity) {
    return Grammar.capital(question.replace("%", entity.definite())) + "?";
  }

  /// "what the fox eats": for indirect questions.
  String clause(Entity entity) {
    return clause.replace("%", entity.definite());
  }

  /// "eats berries"
  String predicate(String value) {
    return predicate.replace("*", value);
  }

  /// The words of the predicate around the value: "is famous for its" and "", "has a" and "flag".
  String before() {
    return predicate.substring(0, predicate.indexOf('*')).strip();
  }

  String after() {
    return predicate.substring(predicate.indexOf('*') + 1).strip();
  }

  /// "The fox eats berries."
  String statement(Entity entity, String value) {
    return Grammar.capital(entity.definite()) + " " + predicate(value) + ".";
  }
}
