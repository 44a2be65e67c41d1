package org.instructgpt.bench;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.instructgpt.bench.VirtualLabelers.Person;
import org.instructgpt.label.TaskBatch;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.records.Labeler;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.web.Account;
import org.instructgpt.web.Accounts;
import org.instructgpt.web.Audit;

/// Creates labelers, prompts and a batch of tasks.
///
/// @param leases the total number of annotations that the items need
record TaskSupply(int people, int leases, int overlap, Kind kind) {
  private static final Account ADMIN =
      new Account("bench", "bench", Account.Role.ADMIN, Optional.empty(), Locale.ENGLISH);
  private static final int OUTPUTS = 4;

  /// Writes them into a store that is not open elsewhere and returns the labelers.
  List<Person> into(String where) throws IOException {
    try (var store = Store.open(where)) {
      var random = new SecureRandom();
      var queue =
          TaskQueue.open(
              store, Audit.open(store, InstantSource.system()), InstantSource.system(), random);
      var accounts = Accounts.open(store, InstantSource.system(), random);
      String name = "batch-" + System.nanoTime();
      var prompts =
          IntStream.range(0, (leases + overlap - 1) / overlap)
              .mapToObj(i -> prompt(name + "-" + i, "What is the answer to question " + i + "?"))
              .toList();
      store.add(prompts).join();
      queue.open(
          new TaskBatch(name, kind, Mode.TRAINING, overlap, Optional.empty(), 0, "bench-1"),
          prompts.stream()
              .map(prompt -> new Item(Optional.of(prompt.id()), outputs(), ""))
              .toList(),
          ADMIN.id());
      return IntStream.range(0, people).mapToObj(i -> person(accounts, name + "-" + i)).toList();
    }
  }

  private static Person person(Accounts accounts, String name) {
    String link =
        accounts.signUp().invite(Account.Role.LABELER, Optional.of(Labeler.Pool.TRAINING), ADMIN);
    var account = accounts.signUp().join(link, name, "seven quiet otters", Locale.ENGLISH);
    return new Person(account.id(), accounts.credentials().makeToken(account, "bench"));
  }

  private List<Output> outputs() {
    return kind == Kind.COMPARE
        ? IntStream.range(0, OUTPUTS)
            .mapToObj(i -> new Output("Answer " + i + ".", "m" + i))
            .toList()
        : List.of();
  }

  private static Prompt prompt(String id, String text) {
    return new Prompt(
        id,
        text,
        Prompt.Source.IMPORTED,
        Optional.empty(),
        Optional.empty(),
        Split.TRAIN,
        Optional.empty(),
        Instant.EPOCH);
  }
}
