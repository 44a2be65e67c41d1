package org.instructgpt.studio;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.recipe.ClosestName;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account;
import org.instructgpt.web.AccountEntry;
import org.instructgpt.web.Accounts;
import org.instructgpt.web.Audit;
import org.jdbi.v3.core.Handle;

/// All modules that store rows about people beside the records. Erasing a person erases the rows in
/// all of them.
///
/// Answers to surveys are anonymous, so they stay.
///
/// @param modules in the order in which they are erased: referring rows first
public record ErasableModules(
    Store store, Accounts accounts, TaskQueue queue, List<Erasable> modules) {
  public ErasableModules {
    modules = List.copyOf(modules);
  }

  /// Over a store, whose tables are created where they are missing.
  public static ErasableModules of(Store store, InstantSource clock, SecureRandom random)
      throws IOException {
    var accounts = Accounts.open(store, clock, random);
    var queue = TaskQueue.open(store, Audit.open(store, clock), clock, random);
    return new ErasableModules(
        store,
        accounts,
        queue,
        List.of(
            PlaygroundHistory.open(store),
            queue,
            accounts,
            CustomerFeedback.open(store),
            new Intake(store, random),
            (handle, people, _) -> {
              people.forEach(id -> accounts.audit().append(handle, id, "erased", id));
              return 0;
            }));
  }

  /// The ids of people who are given by an account's name, or by the id of a customer or labeler
  /// who came with an import and has no account.
  ///
  /// @throws IllegalArgumentException when a name or id is unknown; names the closest ones
  public Set<String> ids(List<String> people) {
    var accounts = accounts().list().stream().map(AccountEntry::account).toList();
    var known = store.read(ErasableModules::known);
    accounts.forEach(account -> known.add(account.id()));
    var ids = new LinkedHashSet<String>();
    var unknown = new ArrayList<String>();
    for (var person : people) {
      accounts()
          .named(person)
          .map(Account::id)
          .or(() -> Optional.of(person).filter(known::contains))
          .ifPresentOrElse(ids::add, () -> unknown.add(person));
    }
    if (!unknown.isEmpty()) {
      accounts.forEach(account -> known.add(account.name()));
      throw new IllegalArgumentException(
          unknown.stream()
              .map(name -> ClosestName.unknownPerson(name, known))
              .collect(Collectors.joining("\n")));
    }
    return ids;
  }

  /// The ids of everybody with records or a consent.
  private static Set<String> known(Handle handle) {
    Set<String> known = new TreeSet<>(new FeedbackTables(handle).people());
    known.addAll(
        handle.createQuery("SELECT account FROM collect_consent").mapTo(String.class).list());
    return known;
  }
}
