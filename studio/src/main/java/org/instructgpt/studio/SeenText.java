package org.instructgpt.studio;

import java.util.Optional;
import org.instructgpt.serve.CompletionStream.Finish;
import org.jdbi.v3.core.Handle;

/// Stores of a stopped answer only what the person saw of it, so that feedback is about text that
/// was read. The model may have generated more before the stop reached it, and that may be stored
/// before or after the browser reports what was seen.
///
/// @param handle of the caller's transaction
/// @param place of the answer in its turn
record SeenText(Handle handle, String turn, int place) {
  /// How much of an answer somebody saw.
  ///
  /// @param characters in UTF-16 units, as Java and JavaScript count
  /// @param tokens of the answer up to there
  record Seen(int characters, int tokens) {}

  private record Kept(String text, int tokens) {}

  /// Stores an answer as the model ended it, cut to what was seen where it was stopped.
  int complete(String text, Finish finish, int tokens) {
    var seen = seen().filter(cut -> cut.characters() < text.length());
    return seen.isPresent() ? cut(new Kept(text, tokens), seen.get()) : keep(text, finish, tokens);
  }

  /// Stores how much was seen, and cuts the answer to it if it is stored already. Only the first
  /// report counts.
  void saw(Seen seen) {
    if (remember(seen)) {
      kept()
          .filter(there -> there.text().length() > seen.characters())
          .ifPresent(there -> cut(there, seen));
    }
  }

  private int cut(Kept whole, Seen seen) {
    return keep(
        whole.text().substring(0, seen.characters()),
        Finish.CANCELLED,
        Math.min(whole.tokens(), seen.tokens()));
  }

  private int keep(String text, Finish finish, int tokens) {
    return handle
        .createUpdate(
            """
            UPDATE serve_answer SET text = :text, finish = :finish, tokens = :tokens
            WHERE turn = :turn AND place = :place\
            """)
        .bind("text", text)
        .bind("finish", finish.name())
        .bind("tokens", tokens)
        .bind("turn", turn)
        .bind("place", place)
        .execute();
  }

  private boolean remember(Seen seen) {
    return handle
            .createUpdate(
                """
                UPDATE serve_answer SET seen = :characters, seen_tokens = :tokens
                WHERE turn = :turn AND place = :place AND seen IS NULL\
                """)
            .bind("characters", seen.characters())
            .bind("tokens", seen.tokens())
            .bind("turn", turn)
            .bind("place", place)
            .execute()
        == 1;
  }

  private Optional<Seen> seen() {
    return handle
        .createQuery(
            """
            SELECT seen, seen_tokens FROM serve_answer
            WHERE turn = :turn AND place = :place AND seen IS NOT NULL\
            """)
        .bind("turn", turn)
        .bind("place", place)
        .map((row, _) -> new Seen(row.getInt("seen"), row.getInt("seen_tokens")))
        .findOne();
  }

  private Optional<Kept> kept() {
    return handle
        .createQuery(
            """
            SELECT text, tokens FROM serve_answer
            WHERE turn = :turn AND place = :place AND finish IS NOT NULL\
            """)
        .bind("turn", turn)
        .bind("place", place)
        .map((row, _) -> new Kept(row.getString("text"), row.getInt("tokens")))
        .findOne();
  }
}
