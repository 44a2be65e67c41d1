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

/// The consent of customers, given and taken back, with all that follows: a line in the audit log,
/// and an end to the use of their prompts, in one transaction.
///
/// @param consequences what follows elsewhere
public record Consents(Store store, Intake intake, Audit audit, Consequences consequences) {

  /// What follows in other modules when somebody takes the consent back.
  public interface Consequences {
    /// Uses these prompts no more: hands out no more tasks about them. Inside the transaction.
    ///
    /// @return how many tasks end by it
    int stop(Handle handle, Set<String> prompts);

    /// The names of the models that have learned from these prompts, or may have.
    List<String> learned(Set<String> prompts) throws IOException;
  }

  /// What was taken back.
  ///
  /// @param prompts how many are not used any more
  /// @param models that learned from them before and keep that until they are trained anew
  public record Withdrawn(int prompts, List<String> models) {
    public Withdrawn {
      models = List.copyOf(models);
    }
  }

  /// Keeps that an account agrees to a notice.
  public void give(String account, String notice, Instant now) {
    var _ =
        store
            .write(handle -> {
              var consent = intake.accept(handle, account, notice, now);
              audit.append(handle, account, "gave-consent", account);
              return consent;
            })
            .join();
  }

  /// From now on nothing that the account has asked is used.
  ///
  /// @param by who takes it back: the account, or nobody for the one who runs the program
  public Withdrawn withdraw(String account, String by, Instant now) {
    var prompts =
        store
            .write(handle -> {
              if (intake.withdraw(handle, account, now) > 0) {
                audit.append(handle, by, "withdrew-consent", account);
              }
              var gone = intake.withdrawn(handle, account);
              int _ = consequences.stop(handle, gone);
              return gone;
            })
            .join();
    return told(prompts);
  }

  /// What the account has taken back so far, if anything.
  public Optional<Withdrawn> withdrawn(String account) {
    var prompts = store.read(handle -> intake.withdrawn(handle, account));
    return prompts.isEmpty() ? Optional.empty() : Optional.of(told(prompts));
  }

  private Withdrawn told(Set<String> prompts) {
    try {
      return new Withdrawn(
          prompts.size(), prompts.isEmpty() ? List.of() : consequences.learned(prompts));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
