package org.instructgpt.simulation;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Extracts what a text claims about the world, sentence by sentence.
///
/// Each attribute has a verb phrase of its own ("is made of"). Where one is found, the nearest
/// entity of the right kind before it is the subject; in a sentence that names nobody before it, as
/// in "It eats berries", the entity that was named last. The values that follow, up to the next
/// verb, are what is claimed. Articles and endings do not count, so "the foxes eat berry" is
/// understood too: the judge reads what small models write. Questions claim nothing.
final class FactExtractor {
  private static final Set<String> IGNORED =
      Set.of(
          "a", "an", "the", "it", "its", "also", "very", "do", "doe", "did", "really", "only",
          "all");
  private static final Set<String> VERBS =
      Set.of(
          "lie", "is", "has", "eat", "live", "fear", "like", "keep", "grow", "cure", "bloom",
          "belong", "cost", "rule", "own");
  private static final Set<String> PRONOUNS = Set.of("it", "he", "she", "they");
  private static final int REACH = 6;
  private static final Map<Attribute, List<String>> PHRASES = phrases();
  private static final Map<String, List<Attribute>> HEADS =
      Arrays.stream(Attribute.values()).collect(groupingBy(a -> phrase(a).getFirst()));
  private static final Map<Attribute, Map<String, String>> VALUES = values();

  /// A statement that a text makes about the world.
  ///
  /// @param denied whether the text says that the fact does not hold
  record Claim(Fact fact, boolean denied) {
    boolean holds(World world) {
      Fact truth = world.fact(fact.entity(), fact.attribute());
      return truth.equals(fact) != denied;
    }

    boolean about(Entity entity, Attribute attribute) {
      return fact.entity().equals(entity) && fact.attribute() == attribute;
    }
  }

  private final List<Claim> found = new ArrayList<>();
  private final Map<EntityKind, Entity> lastNamed = new HashMap<>();

  private FactExtractor(Optional<Entity> topic) {
    topic.ifPresent(entity -> lastNamed.put(entity.kind(), entity));
  }

  /// All claims of a text, in its order.
  ///
  /// @param topic what "it", "he" and "she" mean at the beginning
  static List<Claim> in(ReadText reading, Optional<Entity> topic) {
    FactExtractor extractor = new FactExtractor(topic);
    for (ReadText.Sentence sentence : reading.sentences()) {
      if (!sentence.asks()) {
        extractor.read(sentence);
      }
    }
    return List.copyOf(extractor.found);
  }

  /// The values of an attribute that a text names, claimed or not, as a short answer does:
  /// "Berries."
  static List<String> values(ReadText reading, Attribute attribute) {
    return reading.sentences().stream()
        .filter(sentence -> !sentence.asks() && !sentence.stems().contains("not"))
        .flatMap(sentence -> sentence.stems().stream())
        .flatMap(stem -> value(attribute, stem).stream())
        .distinct()
        .toList();
  }

  /// The word by which a value is known: "tree" for "in a hollow tree", "two" for "two coins".
  static String key(Attribute attribute, String value) {
    List<String> words = Grammar.of(value);
    return Grammar.stem(attribute == Attribute.THING_PRICE ? words.getFirst() : words.getLast());
  }

  private static Optional<String> value(Attribute attribute, String stem) {
    return Optional.ofNullable(VALUES.getOrDefault(attribute, Map.of()).get(stem));
  }

  private void read(ReadText.Sentence sentence) {
    List<String> tokens = new ArrayList<>();
    List<Integer> denials = new ArrayList<>();
    for (String stem : sentence.stems()) {
      if (stem.equals("not") || stem.equals("never") || stem.endsWith("n't")) {
        denials.add(tokens.size());
      } else if (!IGNORED.contains(stem)) {
        tokens.add(stem);
      }
    }
    boolean pronoun =
        PRONOUNS.contains(sentence.stems().isEmpty() ? "" : sentence.stems().getFirst());
    for (int at = 0; at < tokens.size(); at++) {
      for (Attribute attribute : HEADS.getOrDefault(tokens.get(at), List.of())) {
        int values = after(tokens, at, attribute);
        if (values > 0) {
          subject(tokens.subList(0, at), attribute.kind(), pronoun)
              .ifPresent(s -> claim(s, attribute, tokens, values, denials));
        }
      }
      inverse(tokens, at, denials);
    }
    tokens.forEach(token -> ReadText.named(token).ifPresent(e -> lastNamed.put(e.kind(), e)));
  }

  private static Map<Attribute, List<String>> phrases() {
    Map<Attribute, List<String>> phrases = new EnumMap<>(Attribute.class);
    for (Attribute attribute : Attribute.values()) {
      phrases.put(
          attribute,
          Grammar.of(attribute.before()).stream()
              .map(Grammar::stem)
              .filter(stem -> !IGNORED.contains(stem))
              .toList());
    }
    return phrases;
  }

  private static List<String> phrase(Attribute attribute) {
    return PHRASES.getOrDefault(attribute, List.of());
  }

  /// The values of each attribute by their keys.
  private static Map<Attribute, Map<String, String>> values() {
    Map<Attribute, Map<String, String>> values = new EnumMap<>(Attribute.class);
    for (Attribute attribute : Attribute.values()) {
      values.put(
          attribute,
          attribute.range().stream()
              .collect(toUnmodifiableMap(v -> key(attribute, v), identity())));
    }
    return values;
  }

  /// Where the values begin if the verb phrase of the attribute stands here, else 0.
  private static int after(List<String> tokens, int at, Attribute attribute) {
    List<String> phrase = phrase(attribute);
    int end = at + phrase.size();
    return end <= tokens.size() && tokens.subList(at, end).equals(phrase) ? end : 0;
  }

  /// The nearest entity of the kind before the verb; if there is none, what the pronoun means.
  private Optional<Entity> subject(List<String> before, EntityKind kind, boolean pronoun) {
    List<Entity> named = before.stream().flatMap(t -> ReadText.named(t).stream()).toList();
    Optional<Entity> nearest =
        named.reversed().stream().filter(entity -> entity.kind() == kind).findFirst();
    return nearest.isEmpty() && (pronoun || named.isEmpty())
        ? Optional.ofNullable(lastNamed.get(kind))
        : nearest;
  }

  private void claim(
      Entity entity, Attribute attribute, List<String> tokens, int from, List<Integer> denials) {
    boolean bare = phrase(attribute).equals(List.of("is"));
    int to = Math.min(tokens.size(), from + (bare ? 2 : REACH));
    int start =
        attribute == Attribute.PERSON_FOOD && says(tokens, from, "to", "eat") ? from + 2 : from;
    for (int i = start; i < to && !VERBS.contains(tokens.get(i)); i++) {
      boolean meant = attribute != Attribute.TOWN_FLAG || says(tokens, i + 1, "flag");
      Optional<String> value = meant ? value(attribute, tokens.get(i)) : Optional.empty();
      if (value.isPresent()) {
        found.add(new Claim(new Fact(entity, attribute, value.get()), denied(denials, from, i)));
      }
    }
  }

  private static boolean says(List<String> tokens, int at, String... words) {
    int end = at + words.length;
    return end <= tokens.size() && tokens.subList(at, end).equals(List.of(words));
  }

  /// Whether a "not" stands shortly before the verb or between it and the value.
  private static boolean denied(List<Integer> denials, int verb, int value) {
    return denials.stream().anyMatch(at -> at <= value && at >= verb - REACH);
  }

  /// "Anna rules Velmar", "Berta owns the lantern".
  private void inverse(List<String> tokens, int at, List<Integer> denials) {
    Optional<Attribute> attribute =
        switch (tokens.get(at)) {
          case "rule" -> Optional.of(Attribute.TOWN_RULER);
          case "own" -> Optional.of(Attribute.THING_OWNER);
          default -> Optional.empty();
        };
    if (attribute.isEmpty() || at == 0) {
      return;
    }
    Optional<String> who = value(attribute.get(), tokens.get(at - 1));
    Optional<Entity> what =
        tokens.subList(at + 1, Math.min(tokens.size(), at + 4)).stream()
            .flatMap(token -> ReadText.named(token).stream())
            .filter(e -> e.kind() == attribute.get().kind())
            .findFirst()
            .or(() -> Optional.ofNullable(lastNamed.get(attribute.get().kind())));
    if (who.isPresent() && what.isPresent()) {
      boolean denied = denials.stream().anyMatch(d -> d <= at);
      found.add(new Claim(new Fact(what.get(), attribute.get(), who.get()), denied));
    }
  }
}
