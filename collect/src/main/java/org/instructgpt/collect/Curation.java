package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.text.Tokenizer;

/// The way of prompts from the people who wrote them into the data (paper section 3.2, App. A), as
/// one reproducible pipeline in the paper's order:
///
/// 0. **consent**: what a customer asked without agreeing to its use, or has withdrawn since;
/// 1. **duplicates**: the same text again, or one that begins as another does ([Prefix]);
/// 2. **cap**: at most 200 prompts of a user, or of an organisation where no user is known;
/// 3. **split**: train, validation, test by user, so that nobody is in two parts;
/// 4. **personal data**: prompts that hold some are dropped or redacted;
/// 5. **length**: prompts that are too short or too long;
/// 6. **language**: prompts in a language that is not wanted;
/// 7. **use case**: where nobody has settled it, a classifier suggests one of the ten classes.
///
/// What remains is a pure function of the prompts and the settings: their order does not matter,
/// and there is no randomness. Of several prompts of which only some may stay, the oldest stay (by
/// [Prompt#created], then by id). So more prompts later never take away what was there before, nor
/// the labels that it has collected since.
///
/// What labelers write is not thinned out by steps 1 and 2, which guard against customers' programs
/// that ask one template a thousand times: the K prompts that come of one few-shot template begin
/// alike on purpose (App. A.1).
public final class Curation {
  private final Settings settings;
  private final Tokenizer tokenizer;
  private final Optional<UseCases> useCases;

  /// @param tokenizer counts the tokens of steps 1 and 5
  /// @param useCases suggests the use case where none is settled; absent: step 7 is left out
  public Curation(Settings settings, Tokenizer tokenizer, Optional<UseCases> useCases) {
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.useCases = useCases;
  }

  /// What happens to a prompt with personal data.
  public enum Action {
    /// It stays as it is; the report still counts it.
    KEEP,
    /// It is dropped, as in the paper.
    DROP,
    /// It stays, and a mark stands for each thing found: `[email]`, `[phone]` (see
    /// [PersonalData.Kind#mark]).
    REDACT
  }

  /// What a step does.
  public enum Step {
    CONSENT,
    DUPLICATES,
    CAP,
    SPLIT,
    PERSONAL_DATA,
    LENGTH,
    LANGUAGE,
    USE_CASE
  }

  /// When two prompts count as one: both agree in their first min(`most` tokens, `share` of the
  /// prompt), where the larger of their two numbers decides. The paper has "a long common prefix"
  /// and no number; 64 tokens and 0.8 are ours.
  ///
  /// @param most as many equal tokens are enough for prompts of any length
  /// @param share of the longer one's tokens that must be equal, above 0 and at most 1
  /// @param least fewer equal tokens are not *long* ("Write a poem about" cats, about dogs): then
  ///   only the same text counts
  public record Prefix(int most, double share, int least) {
    public static final Prefix USUAL = new Prefix(64, 0.8, 8);

    public Prefix {
      if (least < 1 || most < least) {
        throw new IllegalArgumentException(
            "prefix: expected 1 <= least <= most, found least " + least + ", most " + most);
      }
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "prefix: expected a share above 0 and at most 1, found " + share);
      }
    }
  }

  /// Which personal data matters, where, and what is done.
  ///
  /// @param action for prompts that hold some
  /// @param splits where; the paper removes it from the training split only
  /// @param kinds what is looked for
  /// @param confidence finds below it are ignored, 0 to 1
  public record Personal(
      Action action, Set<Split> splits, Set<PersonalData.Kind> kinds, double confidence) {
    /// The paper's: dropped, from the training split.
    public static final Personal PAPER =
        new Personal(Action.DROP, EnumSet.of(Split.TRAIN), PersonalData.Kind.ALL, 0.5);

    /// Redacted in all splits.
    public static final Personal REDACTED =
        new Personal(Action.REDACT, EnumSet.allOf(Split.class), PersonalData.Kind.ALL, 0.5);

    public Personal {
      splits = SortedCounts.copy(Split.class, splits);
      kinds = SortedCounts.copy(PersonalData.Kind.class, kinds);
      if (!(confidence >= 0 && confidence <= 1)) {
        throw new IllegalArgumentException(
            "personal data: expected a confidence from 0 to 1, found " + confidence);
      }
    }

    /// The same, but for one kind: names, say, where letters and stories are asked for.
    public Personal except(PersonalData.Kind kind) {
      Set<PersonalData.Kind> others = EnumSet.copyOf(PersonalData.Kind.ALL);
      others.retainAll(kinds);
      others.remove(kind);
      return new Personal(action, splits, others, confidence);
    }
  }

  /// How to curate.
  ///
  /// @param prefix when two prompts are duplicates
  /// @param cap the most prompts of one user
  /// @param fractions of the three parts of the data
  /// @param anew whether everybody falls into a part by the fractions; else prompts stay in the
  ///   part that they have, and all of one writer go where the oldest is, so that what has been
  ///   held out once is never learned from
  /// @param personal what to do about personal data
  /// @param shortest the fewest tokens of a prompt
  /// @param longest the most tokens of a prompt; the paper's App. C has "1k"
  /// @param languages the ISO 639-1 codes (`en`, `zh`) of the languages that stay; empty: all, and
  ///   the language is not looked for
  /// @param certainty a suggested use case below this probability is not taken, 0 to 1
  public record Settings(
      Prefix prefix,
      int cap,
      Split.Fractions fractions,
      boolean anew,
      Personal personal,
      int shortest,
      int longest,
      Set<String> languages,
      double certainty) {

    /// As in the paper (App. A.2, C), in all languages.
    public static final Settings PAPER =
        new Settings(
            Prefix.USUAL, 200, Split.Fractions.USUAL, true, Personal.PAPER, 1, 1000, Set.of(), 0.5);

    public Settings {
      languages = Languages.checked(languages);
      if (cap < 1) {
        throw new IllegalArgumentException("cap: expected at least 1 prompt a user, found " + cap);
      }
      if (shortest < 0 || longest < shortest) {
        throw new IllegalArgumentException(
            "length: expected 0 <= shortest <= longest, found %d and %d"
                .formatted(shortest, longest));
      }
      if (!(certainty >= 0 && certainty <= 1)) {
        throw new IllegalArgumentException(
            "certainty: expected a probability from 0 to 1, found " + certainty);
      }
    }

    public Settings with(Prefix other) {
      return new Settings(
          other, cap, fractions, anew, personal, shortest, longest, languages, certainty);
    }

    public Settings with(Split.Fractions other) {
      return new Settings(
          prefix, cap, other, true, personal, shortest, longest, languages, certainty);
    }

    public Settings keepingParts() {
      return new Settings(
          prefix, cap, fractions, false, personal, shortest, longest, languages, certainty);
    }

    public Settings with(Personal other) {
      return new Settings(
          prefix, cap, fractions, anew, other, shortest, longest, languages, certainty);
    }

    public Settings cap(int most) {
      return new Settings(
          prefix, most, fractions, anew, personal, shortest, longest, languages, certainty);
    }

    public Settings tokens(int least, int most) {
      return new Settings(
          prefix, cap, fractions, anew, personal, least, most, languages, certainty);
    }

    public Settings in(Set<String> codes) {
      return new Settings(
          prefix, cap, fractions, anew, personal, shortest, longest, codes, certainty);
    }
  }

  /// A prompt that did not stay.
  ///
  /// @param why in a few words, without the prompt's text: `begins as p17 does`
  public record Dropped(String promptId, Step step, String why) {}

  /// @param kept what stays, oldest first, with its split, and with its redacted text and suggested
  ///   use case where there is one; ids are unchanged
  /// @param dropped what does not, in the order of the steps
  public record Result(List<Prompt> kept, List<Dropped> dropped, Report report) {}

  /// What each step did; made of numbers and words only, so that any JSON mapper writes it.
  ///
  /// @param prompts how many came in
  /// @param kept how many stayed
  /// @param users how many users (or organisations) wrote those that stayed
  /// @param steps the steps in their order
  /// @param splits how many of those that stayed lie in each part
  /// @param useCases the settled and suggested classes of those that stayed
  public record Report(
      int prompts,
      int kept,
      int users,
      List<StepReport> steps,
      Map<Split, Integer> splits,
      Map<Prompt.UseCase, Integer> useCases,
      Settings settings) {

    /// The report as a table for a terminal.
    public String text() {
      return CurationReportText.of(this);
    }

    public StepReport step(Step wanted) {
      return steps.stream().filter(step -> step.step() == wanted).findFirst().orElseThrow();
    }
  }

  /// @param prompts how many came into the step
  /// @param dropped how many it dropped
  /// @param changed how many it changed: moved to another part, redacted, given a use case
  /// @param counts what was found, and how often: reasons, kinds of personal data, languages
  public record StepReport(
      Step step, int prompts, int dropped, int changed, Map<String, Integer> counts) {}

  /// Runs all steps.
  ///
  /// @param prompts in any order
  /// @throws IllegalArgumentException if two of them have the same id
  public Result run(List<Prompt> prompts) {
    return run(prompts, _ -> Optional.empty());
  }

  /// Runs all steps on those prompts to whose use nothing objects.
  ///
  /// @param objection why a prompt must not be used, as [Intake#objection] tells
  public Result run(List<Prompt> prompts, Function<Prompt, Optional<String>> objection) {
    List<Prompt> oldestFirst = new ArrayList<>(prompts);
    oldestFirst.sort(Comparator.comparing(Prompt::created).thenComparing(Prompt::id));
    return new CurationRun(settings, tokenizer, useCases).run(oldestFirst, objection);
  }
}
