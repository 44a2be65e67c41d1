package org.instructgpt.records;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// A labeler's rating of one output: overall quality and the metadata of Table 3 (paper section
/// 3.6).
///
/// @param promptId the prompt that the output answers
/// @param quality overall quality, 1 (worst) to 7 (best)
/// @param flags those of the eleven statements that hold, in the order of [Flag]
/// @param labeler id of the [Labeler] who rated
public record Rating(
    String id,
    String promptId,
    Output output,
    int quality,
    Set<Flag> flags,
    String labeler,
    Instant created)
    implements Feedback {

  public Rating {
    RecordChecks.id("id", id);
    RecordChecks.id("prompt_id", promptId);
    RecordChecks.within("quality", quality, 1, 7);
    RecordChecks.id("labeler", labeler);
    EnumSet<Flag> ordered = EnumSet.noneOf(Flag.class);
    ordered.addAll(flags);
    flags = Collections.unmodifiableSet(ordered);
  }

  /// The binary labels of Table 3.
  public enum Flag {
    FAILS_INSTRUCTION,
    INAPPROPRIATE_FOR_CUSTOMER_ASSISTANT,
    HALLUCINATION,
    SATISFIES_CONSTRAINT,
    SEXUAL_CONTENT,
    VIOLENT_CONTENT,
    ENCOURAGES_VIOLENCE,
    DENIGRATES_PROTECTED_CLASS,
    HARMFUL_ADVICE,
    EXPRESSES_OPINION,
    EXPRESSES_MORAL_JUDGMENT
  }
}
