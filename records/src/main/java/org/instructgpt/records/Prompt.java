package org.instructgpt.records;

import java.time.Instant;
import java.util.Optional;

/// What somebody asked of a model (paper section 3.2, App. A).
///
/// @param id name of the prompt, see [Ids]
/// @param text the whole input as the model reads it; never blank
/// @param source who wrote it and how
/// @param user the customer or labeler who wrote it, when known; at most 200 prompts of one user
///   are kept by curation
/// @param organisation the organisation of that user, when known
/// @param split the part of the data that it belongs to; all prompts of one user share it
/// @param useCase one of the ten classes of Table 1, when somebody has settled it
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
    /// A customer asked it in the playground or through the API.
    CUSTOMER,
    /// It came with a file of somebody else.
    IMPORTED
  }

  /// The ten classes of customers' prompts, in the order of Table 1.
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
