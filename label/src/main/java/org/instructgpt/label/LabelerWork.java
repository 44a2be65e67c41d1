package org.instructgpt.label;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.records.Prompt.UseCase;
import org.instructgpt.records.Rating;

/// A labeler's work on a task (paper sections 3.2 and 3.4, App. A.1 and B). In JSON, `type` names
/// the kind.
///
/// The constructors check nothing; [TaskQueue#submit] checks that the work fits the task and
/// reports all problems at once.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = LabelerWork.Written.class, name = "written"),
  @JsonSubTypes.Type(value = LabelerWork.FewShot.class, name = "few_shot"),
  @JsonSubTypes.Type(value = LabelerWork.Demonstrated.class, name = "demonstrated"),
  @JsonSubTypes.Type(value = LabelerWork.Compared.class, name = "compared"),
  @JsonSubTypes.Type(value = LabelerWork.Tagged.class, name = "tagged")
})
public sealed interface LabelerWork {

  /// A prompt that the labeler invented or wrote for a use case.
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

  /// A demonstration: the answer that the labeler would like to get.
  record Demonstrated(String response) implements LabelerWork {}

  /// Ratings and a ranking of all outputs of a prompt.
  ///
  /// @param outputs the rating of each, in the order in which the lease shows them
  /// @param ranks the rank of each in that order, 1 is best, equal ranks are a tie
  record Compared(List<Rated> outputs, List<Integer> ranks) implements LabelerWork {
    public Compared {
      outputs = List.copyOf(outputs);
      ranks = List.copyOf(ranks);
    }
  }

  /// The rating of one output.
  ///
  /// @param quality from 1, the worst, to 7
  /// @param flags which of the eleven statements of Table 3 hold
  /// @param note in the labeler's words; may be empty
  record Rated(int quality, Set<Rating.Flag> flags, String note) {
    public Rated {
      flags = Set.copyOf(flags);
    }
  }

  /// The labels of a prompt.
  ///
  /// @param useCase one of the ten classes of Table 1; empty if none fits
  /// @param personalData whether the prompt contains personal data
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
