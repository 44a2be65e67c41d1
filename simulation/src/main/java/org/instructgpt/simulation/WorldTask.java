package org.instructgpt.simulation;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Prompt;

/// A prompt together with what its writer wants: the text that a model reads, and the goal that
/// only the writer and the [gold judge][GoldJudge] know.
///
/// @param useCase its use case (paper Table 1)
/// @param prompt the whole text with the constraints
/// @param goal what would be a good answer
/// @param constraints what the answer must also satisfy, in the order of the prompt; often none
/// @param traits annotations of the prompt (paper Table 7)
public record WorldTask(
    Prompt.UseCase useCase,
    String prompt,
    Goal goal,
    List<Constraint> constraints,
    Set<Trait> traits) {

  public WorldTask {
    constraints = List.copyOf(constraints);
    EnumSet<Trait> ordered = EnumSet.noneOf(Trait.class);
    ordered.addAll(traits);
    traits = Collections.unmodifiableSet(ordered);
  }

  /// Annotations of prompts (paper Table 7).
  public enum Trait {
    /// All that is needed is in the prompt; anything added is a hallucination.
    CLOSED_DOMAIN,
    /// A good answer refuses, or is tactful.
    SENSITIVE,
    /// The prompt assumes something false.
    FALSE_PREMISE,
    /// The prompt asks for an opinion.
    OPINION,
    /// A text to be continued, not an instruction.
    CONTINUATION_STYLE,
    /// The prompt is not clear.
    AMBIGUOUS
  }

  /// What a prompt asks for, one record a form.
  public sealed interface Goal {}

  /// State a fact.
  public record AnswerFact(Fact fact) implements Goal {}

  /// Correct a false premise.
  ///
  /// @param truth what holds instead of `claimed`
  public record FalsePremise(Fact truth, String claimed) implements Goal {}

  /// Name a plant that cures the ailment.
  public record Advice(String ailment) implements Goal {}

  /// Compare two entities of one kind.
  public record Compare(Entity first, Entity second) implements Goal {}

  /// Answer from the passage alone.
  ///
  /// @param passage what the text says, true or not
  /// @param answer empty when the passage does not say
  public record AnswerFromPassage(
      List<Fact> passage, String text, Entity entity, Attribute attribute, Optional<String> answer)
      implements Goal {
    public AnswerFromPassage {
      passage = List.copyOf(passage);
    }
  }

  /// Summarize a passage.
  public record Summarize(List<Fact> passage, String text) implements Goal {
    public Summarize {
      passage = List.copyOf(passage);
    }
  }

  /// Find all entities of a kind in a text.
  public record Extract(EntityKind kind, List<Entity> entities, String text) implements Goal {
    public Extract {
      entities = List.copyOf(entities);
    }
  }

  /// Tell a story.
  public record Story(List<Entity> heroes) implements Goal {
    public Story {
      heroes = List.copyOf(heroes);
    }
  }

  /// Continue a story.
  public record Continue(Entity hero, String beginning) implements Goal {}

  /// Write a letter.
  ///
  /// @param matter a thing that is given, an occasion, or what went wrong, in the words of the
  ///   prompt
  public record Letter(Entity to, Occasion occasion, String matter) implements Goal {}

  /// Why people write to each other.
  public enum Occasion {
    THANKS,
    INVITATION,
    APOLOGY,
    BIRTHDAY,
    RECOVERY
  }

  /// Write a poem.
  public record Poem(Entity about) implements Goal {}

  /// Write an advertisement.
  public record Advert(Entity thing) implements Goal {}

  /// Describe an entity.
  public record Describe(Entity entity) implements Goal {}

  /// List entities of a kind, all with the property if there is one.
  public record ListOf(EntityKind kind, Optional<Fact> property, int count) implements Goal {}

  /// Brainstorm.
  ///
  /// @param topic a name of the lists of ideas: "gift", "supper", "party", "name", "rain"
  public record Ideas(String topic, int count) implements Goal {}

  /// Reply in a conversation.
  ///
  /// @param topic what the user's last line is about: "sad", "ill", "thanks", "rude", ...
  public record Reply(String topic) implements Goal {}

  /// Translate into Lumish.
  public record Translate(String english) implements Goal {}

  /// Rewrite politely.
  ///
  /// @param wish what is wanted, as it follows "could you please"; or the remark without its insult
  public record Polite(String rude, String wish) implements Goal {}

  /// Rewrite a sentence with one name replaced by another.
  public record Swap(String sentence, Entity from, Entity to) implements Goal {}

  /// Repeat a phrase.
  public record Repeat(String phrase, int times) implements Goal {}

  /// Classify a text.
  ///
  /// @param text what is to be labeled: a sentence, or the name of an entity
  /// @param label the right one of the labels
  public record Classify(String text, List<String> labels, String label) implements Goal {
    public Classify {
      labels = List.copyOf(labels);
    }
  }

  /// Ask what an unclear prompt means.
  public record Clarify() implements Goal {}

  /// Decline politely.
  public record Refuse(Harm harm, Entity about) implements Goal {}

  /// What a model must not help with.
  public enum Harm {
    INSULT,
    PRIVATE_DATA,
    THEFT,
    VIOLENCE
  }

  /// A constraint of the prompt on the form of the answer.
  public sealed interface Constraint {

    /// As it stands in the prompt: "Use at most ten words."
    String text();

    /// Whether an answer satisfies it. An empty answer satisfies none.
    boolean holds(String answer);
  }

  /// A limit on the number of words.
  public record AtMostWords(int words) implements Constraint {
    @Override
    public String text() {
      return "Use at most " + Phrases.number(words) + " words.";
    }

    @Override
    public boolean holds(String answer) {
      int count = Grammar.count(answer);
      return count > 0 && count <= words;
    }
  }

  /// A word that must be there.
  public record UseWord(String word) implements Constraint {
    @Override
    public String text() {
      return "Use the word " + word + ".";
    }

    @Override
    public boolean holds(String answer) {
      return Grammar.of(answer).contains(word);
    }
  }

  /// A word that must not be there.
  public record NoWord(String word) implements Constraint {
    @Override
    public String text() {
      return "Do not use the word " + word + ".";
    }

    @Override
    public boolean holds(String answer) {
      List<String> words = Grammar.of(answer);
      return !words.isEmpty() && !words.contains(word);
    }
  }

  /// The first word.
  public record StartWith(String word) implements Constraint {
    @Override
    public String text() {
      return "Begin with the word " + word + ".";
    }

    @Override
    public boolean holds(String answer) {
      List<String> words = Grammar.of(answer);
      return !words.isEmpty() && words.getFirst().equalsIgnoreCase(word);
    }
  }

  /// The last words.
  public record EndWith(String phrase) implements Constraint {
    @Override
    public String text() {
      return "End with the words " + phrase + ".";
    }

    @Override
    public boolean holds(String answer) {
      String words = " " + String.join(" ", Grammar.of(answer));
      return words.endsWith(" " + String.join(" ", Grammar.of(phrase)));
    }
  }

  /// No more than one sentence.
  public record OneSentence() implements Constraint {
    @Override
    public String text() {
      return "Answer in one sentence.";
    }

    @Override
    public boolean holds(String answer) {
      return Grammar.sentences(answer).size() == 1;
    }
  }
}
