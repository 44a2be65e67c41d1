package org.instructgpt.web;

import java.util.Locale;
import java.util.Optional;
import org.instructgpt.records.Labeler;

/// An account of a person who may sign in.
///
/// @param id a UUID by which other tables, the audit log and the records refer to this person
/// @param name shown on pages, unique regardless of case and width
/// @param pool of a [Role#LABELER]; empty for the other roles
/// @param language of the pages: English or Chinese
public record Account(
    String id, String name, Role role, Optional<Labeler.Pool> pool, Locale language) {

  /// Stands for the program itself, where somebody acts on the command line.
  public static final Account PROGRAM =
      new Account("", "", Role.ADMIN, Optional.empty(), Locale.ENGLISH);

  public Account {
    if (pool.isPresent() != (role == Role.LABELER)) {
      throw new IllegalArgumentException(
          "expected a pool for a labeler and none for other roles, found "
              + role
              + " with "
              + pool);
    }
    if (pool.filter(p -> p == Labeler.Pool.RESEARCHER).isPresent()) {
      throw new IllegalArgumentException(
          "expected a labeler of the training or the held-out pool, found a researcher: give the"
              + " account the role RESEARCHER");
    }
  }

  /// What an account may do. No role includes another: an administrator may not do what a
  /// researcher may, and each [Route] names the roles that may use it.
  public enum Role {
    /// Uses the playground and owns the prompts sent there.
    CUSTOMER,
    /// Writes demonstrations, rates and ranks.
    LABELER,
    /// Monitors quality, decides on labelers, starts rounds, exports.
    RESEARCHER,
    /// Invites people and manages accounts.
    ADMIN
  }

  /// This person as the author of records: a labeler of the pool, or a researcher.
  Optional<Labeler> labeler() {
    return switch (role) {
      case LABELER -> pool.map(group -> new Labeler(id, group));
      case RESEARCHER -> Optional.of(new Labeler(id, Labeler.Pool.RESEARCHER));
      case CUSTOMER, ADMIN -> Optional.empty();
    };
  }
}
