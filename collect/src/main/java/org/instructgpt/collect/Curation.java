package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.instructgpt.records.Prompt;
import org.instructgpt.text.Tokenizer;

/// Curates prompts into data sets (paper section 3.2, App. A), in one reproducible pipeline:
///
/// 0. **consent**: drops prompts that a customer wrote without consent, or whose consent is
///    withdrawn;
/// 1. **duplicates**: drops equal texts, and texts with a long common
///    [prefix][CurationSettings.Prefix];
/// 2. **cap**: keeps at most 200 prompts of a user, or of an organisation where no user is known;
/// 3. **split**: assigns train, validation or test by user, so that no user is in two splits;
/// 4. **personal data**: drops or redacts prompts that contain some;
/// 5. **length**: drops prompts that are too short or too long;
/// 6. **language**: drops prompts in languages that are not wanted;
/// 7. **use case**: where none is settled, suggests one of the ten use cases by a classifier.
///
/// The result is a pure function of the prompts and the settings: their order does not matter, and
/// there is no randomness. Of several prompts of which only some may stay, the oldest stay (by
/// [Prompt#created], then by id). So later prompts never remove earlier ones, nor the labels that
/// those have collected since.
///
/// Steps 1 and 2 do not apply to prompts of labelers: they guard against customers' programs that
/// send one template a thousand times, while the K prompts from one few-shot template of a labeler
/// have a common prefix on purpose (App. A.1).
public final class Curation {
  private final CurationSettings settings;
  private final Tokenizer tokenizer;
  private final Optional<UseCases> useCases;

  /// @param tokenizer counts the tokens of steps 1 and 5
  /// @param useCases suggests the use case where none is settled; absent: step 7 is left out
  public Curation(CurationSettings settings, Tokenizer tokenizer, Optional<UseCases> useCases) {
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.useCases = useCases;
  }

  /// A prompt that was dropped.
  ///
  /// @param why in a few words, without the prompt's text: `begins as p17 does`
  public record Dropped(String promptId, CurationReport.Step step, String why) {}

  /// The result of a curation.
  ///
  /// @param kept prompts, oldest first, with their split, and their redacted text and suggested use
  ///   case where there is one; ids are unchanged
  /// @param dropped prompts, in the order of the steps
  public record Result(List<Prompt> kept, List<Dropped> dropped, CurationReport report) {}

  /// Runs all steps.
  ///
  /// @param prompts in any order
  /// @throws IllegalArgumentException if two of them have the same id
  public Result run(List<Prompt> prompts) {
    return run(prompts, _ -> Optional.empty());
  }

  /// Runs all steps.
  ///
  /// @param objection why the consent step drops a prompt; see [Intake#objection]
  public Result run(List<Prompt> prompts, Function<Prompt, Optional<String>> objection) {
    List<Prompt> oldestFirst = new ArrayList<>(prompts);
    oldestFirst.sort(Comparator.comparing(Prompt::created).thenComparing(Prompt::id));
    return new CurationRun(settings, tokenizer, useCases).run(oldestFirst, objection);
  }
}
