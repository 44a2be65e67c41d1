package org.instructgpt.studio;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// Which turns belong to the arena, and how they were voted on.
///
/// Until the vote nobody who asked is told which models answered, in the history neither. After
/// [#PATIENCE] without a vote the names are shown, and a vote is no longer taken.
///
/// @param handle of the caller's transaction
record ArenaVotes(Handle handle) {
  static final Duration PATIENCE = Duration.ofHours(1);

  /// The names of the two answers before the vote, by place.
  static final List<String> NAMES = List.of("A", "B");

  private static final String OPEN = "OPEN";

  /// What can be said of two answers.
  enum Vote {
    /// The first is better.
    A(1, 2),
    /// The second is better.
    B(2, 1),
    /// Both are equally good.
    GOOD(1, 1),
    /// Both are bad; a tie for whoever ranks.
    BAD(1, 1);

    private final int first;
    private final int second;

    Vote(int first, int second) {
      this.first = first;
      this.second = second;
    }

    /// Of the two answers, 1 is best.
    List<Integer> ranks() {
      return List.of(first, second);
    }
  }

  /// Makes a turn one of the arena.
  void begin(String turn) {
    handle.execute("UPDATE serve_turn SET arena = ? WHERE id = ?", OPEN, turn);
  }

  /// Whether a turn is one of the arena.
  boolean has(String turn) {
    return handle
        .createQuery("SELECT arena FROM serve_turn WHERE id = :turn AND arena IS NOT NULL")
        .bind("turn", turn)
        .mapTo(String.class)
        .findOne()
        .isPresent();
  }

  /// Stores the vote on a turn; false when it was voted on already, or too late.
  boolean vote(String turn, Vote vote, Instant now) {
    return handle
            .createUpdate(
                """
                UPDATE serve_turn SET arena = :vote
                WHERE id = :turn AND arena = :open AND asked_at > :since\
                """)
            .bind("vote", vote.name())
            .bind("turn", turn)
            .bind("open", OPEN)
            .bind("since", since(now))
            .execute()
        == 1;
  }

  /// The turns of an account whose models are hidden.
  Set<String> hidden(String account, Instant now) {
    return handle
        .createQuery(
            """
            SELECT id FROM serve_turn
            WHERE account = :account AND arena = :open AND asked_at > :since\
            """)
        .bind("account", account)
        .bind("open", OPEN)
        .bind("since", since(now))
        .mapTo(String.class)
        .set();
  }

  private static long since(Instant now) {
    return now.minus(PATIENCE).toEpochMilli();
  }

  /// Whether the models of a turn are hidden.
  static boolean hidden(Store store, PlaygroundHistory.Turn turn, Instant now) {
    return store
        .read(handle -> new ArenaVotes(handle).hidden(turn.account(), now))
        .contains(turn.id());
  }
}
