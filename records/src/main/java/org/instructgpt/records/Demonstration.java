package org.instructgpt.records;

import java.time.Instant;

/// The desired answer to a prompt, written by a labeler: what supervised fine-tuning learns from
/// (paper section 3.1).
///
/// @param promptId the prompt that is answered
/// @param response the answer; may be empty, as in an example of the paper (Table 11)
/// @param labeler id of the [Labeler] who wrote it
public record Demonstration(
    String id, String promptId, String response, String labeler, Instant created)
    implements Feedback {

  public Demonstration {
    RecordChecks.id("id", id);
    RecordChecks.id("prompt_id", promptId);
    RecordChecks.text("response", response);
    RecordChecks.id("labeler", labeler);
  }
}
