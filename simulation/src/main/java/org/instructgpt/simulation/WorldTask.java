package org.instructgpt.simulation;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Prompt;
import org.instructgpt.simulation.World.Attribute;
import org.instructgpt.simulation.World.Entity;
import org.instructgpt.simulation.World.Fact;
import org.instructgpt.simulation.World.Kind;

/// A prompt together with what its writer wants: the words that a model reads, and the meaning that
/// only the writer and the [gold judge][GoldJudge] know.
///
/// @param useCase its class in Table 1 of the paper
/// @param prompt the whole text, constraints and all
/// @param goal what would be a good answer
/// @param constraints what the answer must also keep to, in the order of the prompt; often none
/// @param traits what Table 7 of the paper notes about prompts
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
    /// Everything that is needed stands in the prompt; what is added is a hallucination.
    CLOSED_DOMAIN,
    /// A good answer refuses, or minds its words.
    SENSITIVE,
    /// The prompt takes something for granted that is not so.
    FALSE_PREMISE,
    /// Somebody asks what the model thinks.
    OPINION,
    /// A text to be gone on with, not an instruction.
    CONTINUATION_STYLE,
    /// Nobody can tell what is wanted.
    AMBIGUOUS
  }

  /// What a prompt asks for, one record a form.
  public sealed interface Goal {}

  /// Say what is true.
  public record AnswerFact(Fact fact) implements Goal {}

  /// Say that it is not so.
  ///
  /// @param truth what holds instead of `claimed`
  public record FalsePremise(Fact truth, String claimed) implements Goal {}

  /// Name a plant that cures the ailment.
  public record Advice(String ailment) implements Goal {}

  /// Weigh two entities of one kind against each other.
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

  /// Say the passage more shortly.
  public record Summarize(List<Fact> passage, String text) implements Goal {
    public Summarize {
      passage = List.copyOf(passage);
    }
  }

  /// Find all entities of a kind in a text.
  public record Extract(Kind kind, List<Entity> entities, String text) implements Goal {
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

  /// Go on with a story.
  public record Continue(Entity hero, String beginning) implements Goal {}

  /// Write to somebody.
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

  /// Write verse.
  public record Poem(Entity about) implements Goal {}

  /// Praise something that is for sale.
  public record Advert(Entity thing) implements Goal {}

  /// Say what is known of it.
  public record Describe(Entity entity) implements Goal {}

  /// Name entities of a kind, all of which have the value if there is one.
  public record ListOf(Kind kind, Optional<Fact> property, int count) implements Goal {}

  /// Find ideas.
  ///
  /// @param topic a name of the lists of ideas: "gift", "supper", "party", "name", "rain"
  public record Ideas(String topic, int count) implements Goal {}

  /// Say the next line of a talk.
  ///
  /// @param topic what the user's last line is about: "sad", "ill", "thanks", "rude", ...
  public record Reply(String topic) implements Goal {}

  /// Say it in Lumish.
  public record Translate(String english) implements Goal {}

  /// Say it politely.
  ///
  /// @param wish what is wanted, as it follows "could you please"; or the remark without its insult
  public record Polite(String rude, String wish) implements Goal {}

  /// Say the sentence with one name replaced by another.
  public record Swap(String sentence, Entity from, Entity to) implements Goal {}

  /// Say a phrase several times.
  public record Repeat(String phrase, int times) implements Goal {}

  /// Choose a label.
  ///
  /// @param text what is to be labeled: a sentence, or the name of an entity
  /// @param label the right one of the labels
  public record Classify(String text, List<String> labels, String label) implements Goal {
    public Classify {
      labels = List.copyOf(labels);
    }
  }

  /// Ask what is meant.
  public record Clarify() implements Goal {}

  /// Decline, kindly.
  public record Refuse(Harm harm, Entity about) implements Goal {}

  /// What must not be helped with.
  public enum Harm {
    INSULT,
    PRIVATE_DATA,
    THEFT,
    VIOLENCE
  }

  /// Something that the prompt asks of the form of the answer.
  public sealed interface Constraint {

    /// As it stands in the prompt: "Use at most ten words."
    String text();

    /// Whether an answer keeps to it. An empty answer keeps to nothing.
    boolean holds(String answer);
  }

  /// At most so many words.
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
