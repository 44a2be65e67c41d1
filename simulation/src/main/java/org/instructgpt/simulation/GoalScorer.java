package org.instructgpt.simulation;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.instructgpt.simulation.WorldTask.Occasion;

/// Scores how far a text does what its task asked: one rule for each form of goal. All scores are
/// graded, and none depends on the wordings that the simulation's own writers use.
final class GoalScorer {
  private static final Map<Occasion, String[]> OCCASION_WORDS =
      Map.of(
          Occasion.THANKS, new String[] {"thank"},
          Occasion.INVITATION, new String[] {"come", "invite", "invited", "join"},
          Occasion.APOLOGY, new String[] {"sorry", "forgive"},
          Occasion.BIRTHDAY, new String[] {"birthday"},
          Occasion.RECOVERY, new String[] {"well", "health", "better", "rest", "ill"});
  private static final Set<String> NO_RHYME = Set.of("the", "and", "of", "it", "is", "a", "");

  private final World world;
  private final Knowledge knowledge;

  GoalScorer(World world) {
    this.world = world;
    this.knowledge = new Knowledge(world);
  }

  GoalScore of(WorldTask.Goal goal, ReadText reading) {
    return switch (goal) {
      case WorldTask.AnswerFact(Fact fact) -> knowledge.answer(fact, reading);
      case WorldTask.FalsePremise(Fact truth, String claimed) ->
          knowledge.premise(truth, claimed, reading);
      case WorldTask.Advice(String ailment) -> knowledge.advice(ailment, reading);
      case WorldTask.Compare(Entity first, Entity second) ->
          knowledge.compare(first, second, reading);
      case WorldTask.AnswerFromPassage task -> knowledge.fromPassage(task, reading);
      case WorldTask.Summarize task -> knowledge.summarize(task, reading);
      case WorldTask.Extract task -> knowledge.extract(task, reading);
      case WorldTask.Describe(Entity entity) -> knowledge.describe(entity, reading);
      case WorldTask.ListOf task -> knowledge.list(task, reading);
      case WorldTask.Classify task -> knowledge.classify(task, reading);
      case WorldTask.Story(List<Entity> heroes) -> story(heroes, reading);
      case WorldTask.Continue task -> continuation(task, reading);
      case WorldTask.Letter(Entity to, Occasion occasion, String matter) ->
          letter(to, occasion, matter, reading);
      case WorldTask.Poem(Entity about) -> poem(about, reading);
      case WorldTask.Advert(Entity thing) -> advert(thing, reading);
      case WorldTask.Ideas(String topic, int count) -> ideas(topic, count, reading);
      case WorldTask.Reply(String topic) -> reply(topic, reading);
      case WorldTask.Translate(String english) -> translation(english, reading);
      case WorldTask.Polite(var _, String wish) -> polite(wish, reading);
      case WorldTask.Swap task -> swap(task, reading);
      case WorldTask.Repeat(String phrase, int times) -> repeat(phrase, times, reading);
      case WorldTask.Clarify() -> clarify(reading);
      case WorldTask.Refuse(var harm, Entity about) -> Refusals.judge(harm, about, reading);
    };
  }

  private static GoalScore story(List<Entity> heroes, ReadText reading) {
    double named = (double) heroes.stream().filter(reading::names).count() / heroes.size();
    return GoalScore.of(named * (0.1 + 0.9 * storyShare(reading)));
  }

  /// How far the text is a story: twelve words in two sentences are a whole one.
  private static double storyShare(ReadText reading) {
    long sentences = reading.sentences().stream().filter(s -> !s.asks()).count();
    double words = Math.min(1, reading.words().size() / 12.0);
    long names = reading.stems().stream().filter(s -> ReadText.named(s).isPresent()).count();
    double list = 2 * names > reading.words().size() ? 0.2 : 1;
    return list * words * Math.min(1, 0.5 + sentences / 4.0);
  }

  private static GoalScore continuation(WorldTask.Continue task, ReadText reading) {
    boolean pronoun = reading.stems().contains(task.hero().pronoun());
    double named = reading.names(task.hero()) ? 1 : pronoun ? 0.7 : 0.2;
    double same = ReadText.similarity(reading.words(), Grammar.of(task.beginning()));
    return GoalScore.of(named * (0.1 + 0.9 * storyShare(reading)) * (same > 0.8 ? 0.3 : 1));
  }

  private static GoalScore letter(Entity to, Occasion occasion, String matter, ReadText reading) {
    String subject = Grammar.of(matter).getLast();
    boolean general = occasion == Occasion.BIRTHDAY || occasion == Occasion.RECOVERY;
    double about = reading.says(OCCASION_WORDS.getOrDefault(occasion, new String[0])) ? 1 : 0;
    double thing = general || reading.says(subject) ? 1 : 0;
    double named = reading.names(to) ? 1 : 0;
    double form = reading.says("dear", "hello", "happy") ? 1 : 0;
    double length = Math.min(1, reading.words().size() / 7.0);
    return GoalScore.of(length * (0.35 * named + 0.15 * form + about * (0.3 + 0.2 * thing)));
  }

  private static GoalScore poem(Entity about, ReadText reading) {
    List<String> ends =
        Grammar.splitVerse(reading.text()).stream()
            .map(line -> Grammar.of(line))
            .map(words -> words.isEmpty() ? "" : words.getLast())
            .toList();
    boolean verse = ends.size() > 1 && reading.words().size() >= 8;
    double form = 0.4 + (verse ? 0.25 : 0) + (rhymes(ends) ? 0.35 : 0);
    return GoalScore.of((reading.names(about) ? 1 : 0.25) * form * (1 - reading.asking()));
  }

  /// Whether two lines rhyme, not on the same word.
  static boolean rhymes(List<String> ends) {
    for (int i = 0; i < ends.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (rhyme(ends.get(i), ends.get(j))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean rhyme(String one, String other) {
    if (one.equals(other) || NO_RHYME.contains(one) || NO_RHYME.contains(other)) {
      return false;
    }
    return !Collections.disjoint(Phrases.sounds(one), Phrases.sounds(other));
  }

  private static GoalScore advert(Entity thing, ReadText reading) {
    boolean sells = reading.says("buy", "sale", "sell", "price", "coin", "cost", "cheap", "today");
    boolean praises =
        reading.says(
            "good", "best", "love", "new", "strong", "pretty", "fine", "made", "need", "great",
            "nice");
    double form = 0.3 + (sells ? 0.4 : 0) + (praises ? 0.3 : 0);
    return GoalScore.of((reading.names(thing) ? 1 : 0.3) * form * (1 - reading.asking()));
  }

  private static GoalScore ideas(String topic, int count, ReadText reading) {
    Set<String> apt =
        Phrases.of("ideas." + topic).stream()
            .flatMap(idea -> Grammar.of(idea).stream())
            .filter(word -> word.length() > 3)
            .map(Grammar::stem)
            .collect(Collectors.toSet());
    Set<Set<String>> different = new HashSet<>();
    for (String item : Grammar.items(reading.text())) {
      Set<String> words =
          Grammar.of(item).stream()
              .map(Grammar::stem)
              .filter(apt::contains)
              .collect(Collectors.toSet());
      if (!words.isEmpty()) {
        different.add(words);
      }
    }
    int found = different.size();
    long items =
        Grammar.items(reading.text()).stream().filter(item -> Grammar.count(item) > 1).count();
    double surplus = Math.max(0, items - count - 1);
    return GoalScore.of(Math.min(1.0, (double) found / count) / (1 + 0.25 * surplus));
  }

  private static GoalScore reply(String topic, ReadText reading) {
    long hits =
        Phrases.of("key." + topic).stream()
            .flatMap(line -> Grammar.of(line).stream())
            .filter(reading::says)
            .count();
    boolean kind = reading.says("sorry", "help", "thank", "please");
    double done = hits > 1 ? 1 : hits == 1 ? 0.8 : kind ? 0.25 : 0.05;
    int user = reading.text().indexOf("User:");
    double own = user == 0 ? 0.1 : user > 0 ? 0.5 : 1;
    return GoalScore.of(done * own);
  }

  private GoalScore translation(String english, ReadText reading) {
    double like = ReadText.similarity(reading.words(), Grammar.of(world.lumish(english)));
    return GoalScore.of(like).truth(like > 0.2 ? 0.3 + 0.7 * like : 0.3);
  }

  private GoalScore polite(String wish, ReadText reading) {
    List<String> content =
        Grammar.of(wish).stream().filter(w -> w.length() > 3 || w.equals("me")).toList();
    double kept = (double) content.stream().filter(reading::says).count() / content.size();
    boolean kind = reading.says("please", "could", "would", "kind", "thank");
    boolean rude = reading.saysPhrase(world.rudeWords());
    return GoalScore.of(kept * (kind ? 1 : 0.4) * (rude ? 0.3 : 1));
  }

  private static GoalScore swap(WorldTask.Swap task, ReadText reading) {
    List<String> wanted = Grammar.of(CarefulAnswers.swap(task.sentence(), task.from(), task.to()));
    double like = ReadText.similarity(reading.words(), wanted);
    double named = reading.names(task.to()) ? 1 : 0.3;
    return GoalScore.of(like * like * named * (reading.names(task.from()) ? 0.5 : 1));
  }

  private static GoalScore repeat(String phrase, int times, ReadText reading) {
    String line = " " + String.join(" ", reading.words()) + " ";
    int said = line.split(" " + phrase + "(?= )", -1).length - 1;
    double extra = Math.max(0, reading.words().size() - said * Grammar.count(phrase)) / 4.0;
    double off = (double) Math.abs(said - times) / times;
    return GoalScore.of((said == 0 ? 0 : Math.max(0.2, 1 - off)) / (1 + extra));
  }

  private static GoalScore clarify(ReadText reading) {
    boolean asks = reading.text().contains("?") || reading.says("please", "sorry");
    boolean unsure =
        reading.says("mean", "understand", "again")
            || reading.saysPhrase(
                List.of("you want", "tell me more", "more words", "what should", "which one"));
    boolean elsewhere = !reading.entities().isEmpty() || reading.words().size() > 25;
    double done = asks && unsure ? 1 : unsure || Knowledge.admits(reading) ? 0.5 : 0.05;
    return GoalScore.of(done * (elsewhere ? 0.3 : 1));
  }
}
