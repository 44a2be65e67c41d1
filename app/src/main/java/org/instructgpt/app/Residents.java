package org.instructgpt.app;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.instructgpt.collect.Intake;
import org.instructgpt.label.Desk;
import org.instructgpt.records.Store;
import org.instructgpt.records.Store.Erasable;
import org.instructgpt.serve.History;
import org.instructgpt.web.Account;
import org.instructgpt.web.Accounts;

/// All modules that keep rows about people beside the records: whoever leaves, leaves them all.
///
/// Answers to surveys are nobody's, so they stay.
///
/// @param accounts who has which name
/// @param modules in the order in which they are erased: what points to others first
record Residents(Accounts accounts, List<Erasable> modules) {
  Residents {
    modules = List.copyOf(modules);
  }

  /// Over a store, whose tables are made where they are missing.
  static Residents of(Store store, InstantSource clock, SecureRandom random) throws IOException {
    var accounts = Accounts.open(store, clock, random);
    return new Residents(
        accounts,
        List.of(
            History.open(store),
            Desk.open(store, clock, random),
            accounts,
            new Intake(store, random),
            (handle, people, _) -> {
              people.forEach(id -> accounts.audit().append(handle, id, "erased", id));
              return 0;
            }));
  }

  /// The id of the account of this name; any other word is an id already, of a customer or labeler
  /// who came with an import.
  String id(String person) {
    return accounts.list().stream()
        .map(Accounts.Entry::account)
        .filter(account -> account.name().equalsIgnoreCase(person))
        .map(Account::id)
        .findFirst()
        .orElse(person);
  }
}
