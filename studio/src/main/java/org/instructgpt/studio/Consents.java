package org.instructgpt.studio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.collect.Intake;
import org.instructgpt.records.Store;
import org.instructgpt.web.Audit;
import org.jdbi.v3.core.Handle;

/// Gives and withdraws the consent of customers. One transaction holds the change, its entry in the
/// audit log and its consequences for tasks about their prompts.
///
/// @param consequences of a withdrawal in other modules
public record Consents(Store store, Intake intake, Audit audit, Consequences consequences) {

  /// The consequences of a withdrawal in other modules.
  public interface Consequences {
    /// Stops handing out tasks about these prompts, inside the transaction.
    ///
    /// @return how many tasks this ends
    int stop(Handle handle, Set<String> prompts);

    /// The names of the models that were or may have been trained on these prompts.
    List<String> learned(Set<String> prompts) throws IOException;
  }

  /// The result of a withdrawal.
  ///
  /// @param prompts how many are no longer used
  /// @param models that were trained on them before, which only training again can undo
  public record Withdrawn(int prompts, List<String> models) {
    public Withdrawn {
      models = List.copyOf(models);
    }
  }

  /// Stores that an account accepts a version of the notice.
  public void give(String account, String notice, Instant now) {
    var _ =
        store.writeNow(handle -> {
          var consent = intake.accept(handle, account, notice, now);
          audit.append(handle, account, "gave-consent", account);
          return consent;
        });
  }

  /// Withdraws the consent: from now on no prompt of the account is used.
  ///
  /// @param by id of who withdraws it: the account, or empty for the program itself
  public Withdrawn withdraw(String account, String by, Instant now) {
    var prompts =
        store.writeNow(handle -> {
          if (intake.withdraw(handle, account, now) > 0) {
            audit.append(handle, by, "withdrew-consent", account);
          }
          var withdrawn = intake.withdrawn(handle, account);
          int _ = consequences.stop(handle, withdrawn);
          return withdrawn;
        });
    return result(prompts);
  }

  /// What the account has withdrawn so far, if anything.
  public Optional<Withdrawn> withdrawn(String account) {
    var prompts = store.read(handle -> intake.withdrawn(handle, account));
    return prompts.isEmpty() ? Optional.empty() : Optional.of(result(prompts));
  }

  private Withdrawn result(Set<String> prompts) {
    try {
      return new Withdrawn(
          prompts.size(), prompts.isEmpty() ? List.of() : consequences.learned(prompts));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
