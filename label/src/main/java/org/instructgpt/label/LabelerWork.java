package org.instructgpt.label;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Rating;

/// What a labeler hands in (paper sections 3.2 and 3.4, App. A.1 and B). As JSON, `type` names
/// which of these it is.
///
/// The components only copy; whether the work fits the task is asked by [TaskQueue#submit], which
/// tells all that is wrong at once.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = LabelerWork.Written.class, name = "written"),
  @JsonSubTypes.Type(value = LabelerWork.FewShot.class, name = "few_shot"),
  @JsonSubTypes.Type(value = LabelerWork.Demonstrated.class, name = "demonstrated"),
  @JsonSubTypes.Type(value = LabelerWork.Compared.class, name = "compared"),
  @JsonSubTypes.Type(value = LabelerWork.Tagged.class, name = "tagged")
})
public sealed interface LabelerWork {

  /// A task that the labeler invented, or wrote for a use case.
  record Written(String text) implements LabelerWork {}

  /// An instruction with K queries and their responses: K prompts, each of which shows the other K
  /// - 1 pairs before its own query, and K demonstrations.
  record FewShot(String instruction, List<Pair> pairs) implements LabelerWork {
    public FewShot {
      pairs = List.copyOf(pairs);
    }
  }

  /// One query and the response to it.
  record Pair(String query, String response) {}

  /// The answer that the labeler would like to read.
  record Demonstrated(String response) implements LabelerWork {}

  /// All outputs of a prompt, each rated, then ranked.
  ///
  /// @param outputs what was said of each, in the order in which the lease shows them
  /// @param ranks the rank of each in that order, 1 is best, equal ranks are a tie
  record Compared(List<Rated> outputs, List<Integer> ranks) implements LabelerWork {
    public Compared {
      outputs = List.copyOf(outputs);
      ranks = List.copyOf(ranks);
    }
  }

  /// What a labeler says of one output.
  ///
  /// @param quality from 1, the worst, to 7
  /// @param flags which of the eleven statements of Table 3 hold
  /// @param note in the labeler's words; may be empty
  record Rated(int quality, Set<Rating.Flag> flags, String note) {
    public Rated {
      flags = Set.copyOf(flags);
    }
  }

  /// What kind of prompt it is.
  ///
  /// @param useCase one of the ten classes of Table 1; empty where none can be told
  /// @param personalData whether it tells who somebody is
  record Tagged(Set<Tag> tags, Optional<UseCase> useCase, boolean personalData)
      implements LabelerWork {
    public Tagged {
      tags = Set.copyOf(tags);
    }
  }

  /// The annotations of prompts (Table 7).
  enum Tag {
    AMBIGUOUS,
    SENSITIVE_CONTENT,
    IDENTITY_DEPENDENT,
    CLOSED_DOMAIN,
    CONTINUATION_STYLE,
    REQUESTS_OPINION,
    REQUESTS_ADVICE,
    REQUESTS_MORAL_JUDGMENT,
    EXPLICIT_SAFETY_CONSTRAINTS,
    OTHER_EXPLICIT_CONSTRAINTS,
    INTENT_UNCLEAR
  }
}
