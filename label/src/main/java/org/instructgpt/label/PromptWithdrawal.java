package org.instructgpt.label;

import java.time.Instant;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// Withdraws prompts from labeling after their authors have withdrawn their consent. Work that was
/// handed in stays, since labelers are paid for it.
final class PromptWithdrawal {
  private final Handle handle;
  private final Instant now;

  PromptWithdrawal(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /// Hands out no more tasks about the prompts; a labeler who holds one may finish it. The prompts
  /// are also removed from gold tasks, the screening and the round that is being prepared.
  ///
  /// @return how many tasks are not handed out any more
  int of(Set<String> prompts) {
    int ended = 0;
    for (String prompt : prompts) {
      handle.execute("DELETE FROM label_quiz_prompt WHERE prompt = ?", prompt);
      handle.execute("DELETE FROM label_round_prompt WHERE prompt = ?", prompt);
      handle.execute("UPDATE label_item SET gold = NULL WHERE prompt = ?", prompt);
      ended +=
          handle
              .createUpdate(
                  """
                  UPDATE label_slot
                  SET state = CASE WHEN free_at > :now THEN 'last' ELSE 'withdrawn' END
                  WHERE state = 'open' AND item IN (SELECT id FROM label_item WHERE prompt = :prompt)\
                  """)
              .bind("now", now.toEpochMilli())
              .bind("prompt", prompt)
              .execute();
    }
    return ended;
  }
}
