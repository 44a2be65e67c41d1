package org.instructgpt.simulation;

import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.ArrayList;
import java.util.Arrays;
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
import java.util.stream.Stream;

/// A closed world that can be talked about in plain English: 120 entities of five kinds, four
/// things to know about each, and everything true, false or rare there is to say of them.
///
/// The names never change; the seed decides the facts, which of them hardly anybody mentions, which
/// have a popular falsehood, the toy language and the skew of the professions. A model that was
/// pretrained in one world has to read the next world's documents to know anything of it. The world
/// is small on purpose: a model of a hundred thousand weights must be able to learn its language
/// from three million words, so that what it gets wrong is the knowledge and not the grammar.
public final class World {
  private static final double FALSEHOODS = 0.15;
  private static final double RARE = 0.20;

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

  /// The world of this seed.
  public static World of(long seed) {
    RandomGenerator random = SeededRandom.of(seed, "world");
    List<Fact> facts = facts(random);
    List<Fact> shuffled = new ArrayList<>(facts);
    Collections.shuffle(shuffled, random);
    int told = (int) Math.round(FALSEHOODS * facts.size());
    int seldom = (int) Math.round(RARE * facts.size());
    Map<Fact, String> falsehoods = new LinkedHashMap<>();
    for (Fact fact : shuffled.subList(0, told)) {
      falsehoods.put(fact, fact.otherValue(random));
    }
    Set<Fact> rare = Set.copyOf(shuffled.subList(told, told + seldom));
    return new World(facts, falsehoods, rare, lumish(random), professions(random));
  }

  /// Every value of an attribute is true of about equally many entities, so that no answer is right
  /// more often than another.
  private static List<Fact> facts(RandomGenerator random) {
    List<Fact> facts = new ArrayList<>();
    for (Attribute attribute : Attribute.values()) {
      List<String> shuffled = new ArrayList<>(attribute.range());
      Collections.shuffle(shuffled, random);
      List<Entity> owners = new ArrayList<>(WorldNames.of(attribute.kind()));
      Collections.shuffle(owners, random);
      for (int i = 0; i < owners.size(); i++) {
        facts.add(new Fact(owners.get(i), attribute, shuffled.get(i % shuffled.size())));
      }
    }
    facts.sort(
        comparingInt((Fact fact) -> WorldNames.all().indexOf(fact.entity()))
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
  public List<Entity> entities() {
    return WorldNames.all();
  }

  /// The entities of one kind.
  public List<Entity> entities(Kind kind) {
    return WorldNames.of(kind);
  }

  /// All that is true: four facts for each entity, in the order of [#entities()].
  public List<Fact> facts() {
    return facts;
  }

  /// What is true of an entity.
  ///
  /// @throws IllegalArgumentException if the attribute belongs to another kind
  public Fact fact(Entity entity, Attribute attribute) {
    Fact fact = byEntity.getOrDefault(entity, Map.of()).get(attribute);
    if (fact == null) {
      throw new IllegalArgumentException(
          "expected an attribute of a %s for '%s', found %s; take one of Attribute.of(kind)"
              .formatted(entity.kind().word(), entity.name(), attribute));
    }
    return fact;
  }

  /// The four facts about an entity.
  public List<Fact> facts(Entity entity) {
    return Attribute.of(entity.kind()).stream().map(a -> fact(entity, a)).toList();
  }

  /// The values that an attribute can take.
  public List<String> values(Attribute attribute) {
    return attribute.range();
  }

  /// The entities for which this value is true; at least one.
  public List<Entity> having(Attribute attribute, String value) {
    return entities(attribute.kind()).stream()
        .filter(entity -> fact(entity, attribute).value().equals(value))
        .toList();
  }

  /// The wrong value that people of this world like to repeat; about 15% of the facts have one.
  public Optional<String> falsehood(Fact fact) {
    return Optional.ofNullable(falsehoods.get(fact));
  }

  /// Whether hardly anybody ever mentions this fact; about 20%, none of them with a falsehood.
  public boolean rare(Fact fact) {
    return rare.contains(fact);
  }

  /// Mild insults, in lower case.
  public List<String> rudeWords() {
    return WorldNames.RUDE;
  }

  /// Words and phrases of politeness, in lower case.
  public List<String> politePhrases() {
    return WorldNames.POLITE;
  }

  /// The toy language, word by word: "the red fox" may become "ta rud vok". Words that Lumish lacks
  /// stay as they are; the result is in lower case, without punctuation.
  public String lumish(String english) {
    return Grammar.of(english).stream()
        .map(word -> lumish.getOrDefault(word, word))
        .collect(Collectors.joining(" "));
  }

  /// The English words that have a Lumish one, in a fixed order: articles and verbs, then
  /// adjectives, then nouns.
  public List<String> englishLexicon() {
    return WorldNames.ENGLISH;
  }

  /// The Lumish words.
  public List<String> lumishLexicon() {
    return List.copyOf(lumish.values());
  }

  /// The twelve professions, each with its share of "she".
  public List<Profession> professions() {
    return professions;
  }

  /// Whether anybody in this world says this word; for judging whether a text can be read. Upper
  /// and lower case are the same; numbers are known.
  public boolean known(String word) {
    return Vocabulary.WORDS.contains(word.toLowerCase(Locale.ROOT))
        || !word.isEmpty() && word.chars().allMatch(Character::isDigit);
  }

  /// The sorts of things there are.
  public enum Kind {
    TOWN("town", "towns"),
    ANIMAL("animal", "animals"),
    PERSON("person", "people"),
    PLANT("plant", "plants"),
    THING("thing", "things");

    private final String word;
    private final String plural;

    Kind(String word, String plural) {
      this.word = word;
      this.plural = plural;
    }

    /// "town"
    public String word() {
      return word;
    }

    /// "towns"
    public String plural() {
      return plural;
    }
  }

  /// Somebody or something with a name of one word: "Velmar", "fox", "Anna".
  public record Entity(String name, Kind kind) {

    /// As a sentence names it: "Velmar", "the fox".
    public String spoken() {
      return kind == Kind.TOWN || kind == Kind.PERSON ? name : "the " + name;
    }

    /// As a list names it: "Velmar", "a fox", "an owl".
    public String indefinite() {
      return kind == Kind.TOWN || kind == Kind.PERSON ? name : Grammar.article(name) + " " + name;
    }

    /// "he" or "she" for a person, else "it".
    public String pronoun() {
      if (kind != Kind.PERSON) {
        return "it";
      }
      return WorldNames.WOMEN.contains(name) ? "she" : "he";
    }
  }

  /// What there is to know about an entity of a kind.
  ///
  /// Each attribute has one verb phrase, with the value in it. That keeps the language learnable,
  /// and lets the judge find claims in free text.
  public enum Attribute {
    TOWN_PLACE(Kind.TOWN, "where does % lie", "where % lies", "lies *", WorldNames.LANDSCAPES),
    TOWN_RULER(Kind.TOWN, "who rules %", "who rules %", "is ruled by *", WorldNames.RULERS),
    TOWN_CRAFT(
        Kind.TOWN,
        "what is % famous for",
        "what % is famous for",
        "is famous for its *",
        WorldNames.CRAFTS),
    TOWN_FLAG(
        Kind.TOWN,
        "what colour is the flag of %",
        "which flag % has",
        "has a * flag",
        WorldNames.COLOURS),
    ANIMAL_FOOD(Kind.ANIMAL, "what does % eat", "what % eats", "eats *", WorldNames.FODDER),
    ANIMAL_HOME(Kind.ANIMAL, "where does % live", "where % lives", "lives *", WorldNames.LAIRS),
    ANIMAL_FEAR(Kind.ANIMAL, "what does % fear", "what % fears", "fears *", WorldNames.FEARS),
    ANIMAL_COLOUR(Kind.ANIMAL, "what colour is %", "what colour % has", "is *", WorldNames.COLOURS),
    PERSON_TRADE(
        Kind.PERSON,
        "what is the trade of %",
        "what the trade of % is",
        "is a *",
        WorldNames.TRADES),
    PERSON_HOME(
        Kind.PERSON, "in which town does % live", "where % lives", "lives in *", WorldNames.HOMES),
    PERSON_FOOD(
        Kind.PERSON,
        "what does % like to eat",
        "what % likes to eat",
        "likes *",
        WorldNames.DISHES),
    PERSON_PET(
        Kind.PERSON, "which pet does % keep", "which pet % keeps", "keeps a *", WorldNames.PETS),
    PLANT_COLOUR(Kind.PLANT, "what colour is %", "what colour % has", "is *", WorldNames.COLOURS),
    PLANT_PLACE(Kind.PLANT, "where does % grow", "where % grows", "grows *", WorldNames.GROUNDS),
    PLANT_CURE(Kind.PLANT, "what does % cure", "what % cures", "cures *", WorldNames.AILMENTS),
    PLANT_MONTH(Kind.PLANT, "when does % bloom", "when % blooms", "blooms *", WorldNames.MONTHS),
    THING_STUFF(
        Kind.THING, "what is % made of", "what % is made of", "is made of *", WorldNames.STUFFS),
    THING_OWNER(Kind.THING, "who owns %", "who owns %", "belongs to *", WorldNames.OWNERS),
    THING_PLACE(Kind.THING, "where is % kept", "where % is kept", "is kept *", WorldNames.ROOMS),
    THING_PRICE(Kind.THING, "what does % cost", "what % costs", "costs *", WorldNames.PRICES);

    private static final Map<Kind, List<Attribute>> BY_KIND =
        Stream.of(Kind.values())
            .collect(
                toUnmodifiableMap(
                    kind -> kind,
                    kind -> Arrays.stream(values()).filter(a -> a.kind == kind).toList()));

    private final Kind kind;
    private final String question;
    private final String clause;
    private final String predicate;

    @SuppressWarnings("ImmutableEnumChecker") // the lists of Names never change
    private final List<String> values;

    Attribute(Kind kind, String question, String clause, String predicate, List<String> values) {
      this.kind = kind;
      this.question = question;
      this.clause = clause;
      this.predicate = predicate;
      this.values = values;
    }

    /// The four attributes of a kind.
    public static List<Attribute> of(Kind kind) {
      return BY_KIND.getOrDefault(kind, List.of());
    }

    /// The kind that has this attribute.
    public Kind kind() {
      return kind;
    }

    /// The values that it can take: 8 to 12, in lower case but for names.
    public List<String> range() {
      return values;
    }

    /// "What does the fox eat?"
    public String question(Entity entity) {
      return Grammar.capital(question.replace("%", entity.spoken())) + "?";
    }

    /// "what the fox eats": for indirect questions.
    public String clause(Entity entity) {
      return clause.replace("%", entity.spoken());
    }

    /// "eats berries"
    public String predicate(String value) {
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
    public String statement(Entity entity, String value) {
      return Grammar.capital(entity.spoken()) + " " + predicate(value) + ".";
    }
  }

  /// Something said of an entity; true if it is one of [World#facts()], for passages and falsehoods
  /// are told in the same form.
  public record Fact(Entity entity, Attribute attribute, String value) {

    /// "What does the fox eat?"
    public String question() {
      return attribute.question(entity);
    }

    /// "The fox eats berries."
    public String statement() {
      return attribute.statement(entity, value);
    }

    /// "eats berries"
    public String predicate() {
      return attribute.predicate(value);
    }

    /// The same said with another value.
    public Fact with(String other) {
      return new Fact(entity, attribute, other);
    }

    /// Any other value of the attribute.
    public String otherValue(RandomGenerator random) {
      return RandomChoice.one(
          attribute.range().stream().filter(v -> !v.equals(value)).toList(), random);
    }
  }

  /// A profession and how often the people of this world say "she" of somebody who has it.
  ///
  /// @param name "baker"
  /// @param she share of "she" among its pronouns, 0 to 1
  public record Profession(String name, double she) {}
}
