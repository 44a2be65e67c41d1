package org.instructgpt.simulation;

import static java.util.Comparator.comparingInt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// A closed world that can be described in plain English: 120 entities of five kinds with four
/// attributes each, and for every fact a false or rare way to state it.
///
/// The names never change. The seed decides the facts, which of them are rarely mentioned, which
/// have a popular falsehood, the toy language and the skew of the professions. A model that was
/// pretrained in one world has to read the next world's documents to know anything of it. The world
/// is small on purpose: a model of a hundred thousand parameters must be able to learn its language
/// from three million words, so that its errors are errors of knowledge and not of grammar.
public final class World {
  private static final double FALSEHOOD_SHARE = 0.15;
  private static final double RARE_SHARE = 0.20;

  private final List<Fact> facts;
  private final Map<Entity, Map<Attribute, Fact>> byEntity;
  private final Map<Fact, String> falsehoods;
  private final Set<Fact> rare;
  private final Map<String, String> lumish;
  private final List<Profession> professions;

  private World(
      List<Fact> facts,
      Map<Fact, String> falsehoods,
      Set<Fact> rare,
      Map<String, String> lumish,
      List<Profession> professions) {
    this.facts = List.copyOf(facts);
    this.byEntity = new HashMap<>();
    for (Fact fact : facts) {
      byEntity.computeIfAbsent(fact.entity(), e -> new HashMap<>()).put(fact.attribute(), fact);
    }
    this.falsehoods = Map.copyOf(falsehoods);
    this.rare = Set.copyOf(rare);
    this.lumish = Collections.unmodifiableMap(lumish);
    this.professions = List.copyOf(professions);
  }

  /// Creates the world of a seed.
  public static World of(long seed) {
    RandomGenerator random = SeededRandom.of(seed, "world");
    List<Fact> facts = facts(random);
    List<Fact> shuffled = new ArrayList<>(facts);
    Collections.shuffle(shuffled, random);
    int disputed = (int) Math.round(FALSEHOOD_SHARE * facts.size());
    int unmentioned = (int) Math.round(RARE_SHARE * facts.size());
    Map<Fact, String> falsehoods = new LinkedHashMap<>();
    for (Fact fact : shuffled.subList(0, disputed)) {
      falsehoods.put(fact, fact.otherValue(random));
    }
    Set<Fact> rare = Set.copyOf(shuffled.subList(disputed, disputed + unmentioned));
    return new World(facts, falsehoods, rare, lumish(random), professions(random));
  }

  /// Every value of an attribute is true of about equally many entities, so that no answer is right
  /// more often than another.
  private static List<Fact> facts(RandomGenerator random) {
    List<Fact> facts = new ArrayList<>();
    for (Attribute attribute : Attribute.values()) {
      List<String> shuffled = new ArrayList<>(attribute.range());
      Collections.shuffle(shuffled, random);
      List<Entity> owners = new ArrayList<>(Entities.of(attribute.kind()));
      Collections.shuffle(owners, random);
      for (int i = 0; i < owners.size(); i++) {
        facts.add(new Fact(owners.get(i), attribute, shuffled.get(i % shuffled.size())));
      }
    }
    facts.sort(
        comparingInt((Fact fact) -> Entities.all().indexOf(fact.entity()))
            .thenComparing(Fact::attribute));
    return facts;
  }

  private static Map<String, String> lumish(RandomGenerator random) {
    List<String> foreign = new ArrayList<>(WorldNames.LUMISH);
    Collections.shuffle(foreign, random);
    Map<String, String> words = new LinkedHashMap<>();
    for (int i = 0; i < WorldNames.ENGLISH.size(); i++) {
      words.put(WorldNames.ENGLISH.get(i), foreign.get(i));
    }
    return words;
  }

  /// Shares of "she" spread evenly from 0.05 to 0.95: strong and weak stereotypes of both sorts.
  private static List<Profession> professions(RandomGenerator random) {
    List<String> trades = new ArrayList<>(Attribute.PERSON_TRADE.range());
    Collections.shuffle(trades, random);
    List<Profession> skewed = new ArrayList<>();
    for (int i = 0; i < trades.size(); i++) {
      skewed.add(new Profession(trades.get(i), 0.05 + 0.9 * i / (trades.size() - 1)));
    }
    return skewed;
  }

  /// All entities, kind by kind, always in the same order.
  List<Entity> entities() {
    return Entities.all();
  }

  /// The entities of one kind.
  List<Entity> entities(EntityKind kind) {
    return Entities.of(kind);
  }

  /// All true facts: four for each entity, in the order of [#entities()].
  List<Fact> facts() {
    return facts;
  }

  /// The true value of an attribute of an entity, as a fact.
  ///
  /// @throws IllegalArgumentException if the attribute belongs to another kind
  Fact fact(Entity entity, Attribute attribute) {
    Fact fact = byEntity.getOrDefault(entity, Map.of()).get(attribute);
    if (fact == null) {
      throw new IllegalArgumentException(
          "expected an attribute of a %s for '%s', found %s; take one of Attribute.of(kind)"
              .formatted(entity.kind().word(), entity.name(), attribute));
    }
    return fact;
  }

  /// The four facts about an entity.
  List<Fact> facts(Entity entity) {
    return Attribute.of(entity.kind()).stream().map(a -> fact(entity, a)).toList();
  }

  /// The values that an attribute can take.
  List<String> values(Attribute attribute) {
    return attribute.range();
  }

  /// The entities for which this value is true; at least one.
  List<Entity> entitiesWith(Attribute attribute, String value) {
    return entities(attribute.kind()).stream()
        .filter(entity -> fact(entity, attribute).value().equals(value))
        .toList();
  }

  /// The popular falsehood about a fact: a wrong value that documents repeat more often than the
  /// truth. About 15% of the facts have one.
  Optional<String> falsehood(Fact fact) {
    return Optional.ofNullable(falsehoods.get(fact));
  }

  /// Whether documents hardly ever mention a fact. About 20% of the facts are rare, none of them
  /// with a falsehood.
  boolean isRare(Fact fact) {
    return rare.contains(fact);
  }

  /// Mild insults, in lower case.
  List<String> rudeWords() {
    return WorldNames.RUDE;
  }

  /// Words and phrases of politeness, in lower case.
  List<String> politePhrases() {
    return WorldNames.POLITE;
  }

  /// Translates into the toy language Lumish, word by word: "the red fox" may become "ta rud vok".
  /// Words that Lumish lacks stay as they are; the result is in lower case, without punctuation.
  String lumish(String english) {
    return Grammar.of(english).stream()
        .map(word -> lumish.getOrDefault(word, word))
        .collect(Collectors.joining(" "));
  }

  /// The English words that have a Lumish one, in a fixed order: articles and verbs, then
  /// adjectives, then nouns.
  List<String> englishLexicon() {
    return WorldNames.ENGLISH;
  }

  /// The Lumish words.
  List<String> lumishLexicon() {
    return List.copyOf(lumish.values());
  }

  /// The twelve professions, each with its share of "she".
  List<Profession> professions() {
    return professions;
  }

  /// Whether a word belongs to the vocabulary of the world, in any case; numbers do. Readability is
  /// judged by it.
  boolean known(String word) {
    return Vocabulary.WORDS.contains(word.toLowerCase(Locale.ROOT))
        || !word.isEmpty() && word.chars().allMatch(Character::isDigit);
  }
}
