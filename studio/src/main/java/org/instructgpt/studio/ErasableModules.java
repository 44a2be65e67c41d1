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

/// All modules that keep rows about people beside the records: whoever leaves, leaves them all.
///
/// Answers to surveys are nobody's, so they stay.
///
/// @param accounts who has which name
/// @param desk where labelers get their tasks
/// @param modules in the order in which they are erased: what points to others first
public record ErasableModules(
    Store store, Accounts accounts, TaskQueue desk, List<Erasable> modules) {
  public ErasableModules {
    modules = List.copyOf(modules);
  }

  /// Over a store, whose tables are made where they are missing.
  public static ErasableModules of(Store store, InstantSource clock, SecureRandom random)
      throws IOException {
    var accounts = Accounts.open(store, clock, random);
    var desk = TaskQueue.open(store, Audit.open(store, clock), clock, random);
    return new ErasableModules(
        store,
        accounts,
        desk,
        List.of(
            PlaygroundHistory.open(store),
            desk,
            accounts,
            new Intake(store, random),
            (handle, people, _) -> {
              people.forEach(id -> accounts.audit().append(handle, id, "erased", id));
              return 0;
            }));
  }

  /// The ids of people: of the account of a name, or of a customer or labeler who came with an
  /// import and is known by the id alone.
  ///
  /// @throws IllegalArgumentException when there is nobody by one of these names; the nearest are
  ///   named
  public Set<String> ids(List<String> people) {
    var accounts = accounts().list().stream().map(AccountEntry::account).toList();
    var known = store.read(ErasableModules::known);
    accounts.forEach(account -> known.add(account.id()));
    var ids = new LinkedHashSet<String>();
    var strangers = new ArrayList<String>();
    for (var person : people) {
      accounts()
          .named(person)
          .map(Account::id)
          .or(() -> Optional.of(person).filter(known::contains))
          .ifPresentOrElse(ids::add, () -> strangers.add(person));
    }
    if (!strangers.isEmpty()) {
      accounts.forEach(account -> known.add(account.name()));
      throw new IllegalArgumentException(
          strangers.stream()
              .map(name -> ClosestName.unknownPerson(name, known))
              .collect(Collectors.joining("\n")));
    }
    return ids;
  }

  /// Everybody who gave something under an id of their own.
  private static Set<String> known(Handle handle) {
    Set<String> known = new TreeSet<>(new FeedbackTables(handle).people());
    known.addAll(
        handle.createQuery("SELECT account FROM collect_consent").mapTo(String.class).list());
    return known;
  }
}
