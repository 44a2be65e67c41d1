package org.instructgpt.web;

import java.util.Locale;
import java.util.Optional;
import org.instructgpt.records.Labeler;

/// A person who may sign in.
///
/// @param id a UUID; what other tables, the audit log and the records call this person
/// @param name what the person is called on pages, unique but for case and width
/// @param pool the labelers' group of a [Role#LABELER], who has one, as nobody else has
/// @param language what pages are written in: English or Chinese
public record Account(
    String id, String name, Role role, Optional<Labeler.Pool> pool, Locale language) {

  /// Who acts where nobody is signed in: the program, for whoever has the machine.
  public static final Account PROGRAM =
      new Account("", "", Role.ADMIN, Optional.empty(), Locale.ENGLISH);

  public Account {
    if (pool.isPresent() != (role == Role.LABELER)) {
      throw new IllegalArgumentException(
          "expected a pool for a labeler and for nobody else, found " + role + " with " + pool);
    }
    if (pool.filter(p -> p == Labeler.Pool.RESEARCHER).isPresent()) {
      throw new IllegalArgumentException(
          "expected a labeler of the training or the held-out pool, found a researcher: give the"
              + " account the role RESEARCHER");
    }
  }

  /// What a person is to the project. No role contains another: what an administrator may do is not
  /// what a researcher may do, and each [Route] names those it lets in.
  public enum Role {
    /// Uses the playground; the prompts are theirs.
    CUSTOMER,
    /// Demonstrates, rates and ranks.
    LABELER,
    /// Watches quality, decides on labelers, starts rounds, exports.
    RESEARCHER,
    /// Invites people and looks after accounts.
    ADMIN
  }

  /// The name of this person among those who give records: a labeler of the pool, or a researcher.
  Optional<Labeler> labeler() {
    return switch (role) {
      case LABELER -> pool.map(group -> new Labeler(id, group));
      case RESEARCHER -> Optional.of(new Labeler(id, Labeler.Pool.RESEARCHER));
      case CUSTOMER, ADMIN -> Optional.empty();
    };
  }
}
