package org.instructgpt.records;

import java.time.Instant;
import java.util.Optional;

/// A prompt: the input to a model (paper section 3.2, App. A).
///
/// @param id see [Ids]
/// @param text the whole input of the model; never blank
/// @param source where it comes from
/// @param user the customer or labeler who wrote it, when known; curation keeps at most 200 prompts
///   of a user
/// @param organisation the organisation of that user, when known
/// @param split the part of the data that it belongs to; the same for all prompts of a user
/// @param useCase one of the ten classes of Table 1, if it is known
/// @param created when it was written or, when that is unknown, imported
public record Prompt(
    String id,
    String text,
    Source source,
    Optional<String> user,
    Optional<String> organisation,
    Split split,
    Optional<UseCase> useCase,
    Instant created)
    implements Feedback {

  public Prompt {
    RecordChecks.id("id", id);
    RecordChecks.filled("text", text);
    user.ifPresent(name -> RecordChecks.id("user", name));
    organisation.ifPresent(name -> RecordChecks.id("organisation", name));
  }

  /// Where a prompt comes from (paper App. A.1).
  public enum Source {
    /// A labeler invented the task.
    LABELER_PLAIN,
    /// A labeler wrote an instruction and several query/response pairs.
    LABELER_FEW_SHOT,
    /// A labeler wrote it for a use case of the waiting list.
    LABELER_USER_BASED,
    /// A customer wrote it in the playground or sent it to the API.
    CUSTOMER,
    /// Imported from a file.
    IMPORTED
  }

  /// The ten classes of API prompts, in the order of Table 1.
  public enum UseCase {
    GENERATION,
    OPEN_QA,
    BRAINSTORMING,
    CHAT,
    REWRITE,
    SUMMARIZATION,
    CLASSIFICATION,
    OTHER,
    CLOSED_QA,
    EXTRACT
  }
}
