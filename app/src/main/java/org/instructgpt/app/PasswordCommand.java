package org.instructgpt.app;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.instructgpt.recipe.ClosestName;
import org.instructgpt.records.Store;
import org.instructgpt.studio.ErasableModules;
import org.instructgpt.web.Account;
import org.instructgpt.web.AccountEntry;
import org.instructgpt.web.Accounts;
import org.instructgpt.web.ApiError;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt password`: a way back in for somebody who forgot the password, an administrator
/// above all, given by whoever has the machine.
@Command(
    name = "password",
    description = {
      "Prints a link by which a person sets a new password, once, within a day.",
      "With --ask the new password is read from the terminal instead. Works while the studio runs and"
          + " while it does not. Ends the person's sessions and tokens. An account that is disabled is"
          + " enabled again with --enable."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class PasswordCommand implements Callable<Integer> {

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Option(
      names = "--store",
      paramLabel = "PLACE",
      description = "As of the studio, where it was started with it.")
  private @Nullable String place;

  @Option(
      names = "--ask",
      description = "Read the new password from the terminal, or a line of the standard input.")
  private boolean ask;

  @Option(names = "--enable", description = "Enable the account where it is disabled.")
  private boolean enable;

  @Parameters(paramLabel = "NAME", description = "The name of the account.")
  private String name;

  @Spec private @Nullable CommandSpec spec;
  private final InstantSource clock;

  PasswordCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var folder = workspace.open();
    var records = place == null ? folder.place() : place;
    try (var store = place == null ? folder.givenStore() : Store.open(place)) {
      var accounts = ErasableModules.of(store, clock, new SecureRandom()).accounts();
      var entry = find(accounts).orElseThrow(() -> unknown(accounts));
      var account = entry.account();
      checkEnabled(accounts, entry);
      if (ask) {
        change(accounts, account, read());
        out.println("the password of " + account.name() + " is changed");
      } else {
        var token = accounts.credentials().resetLink(account.id(), Account.PROGRAM);
        accounts.endSessions(account.id(), Account.PROGRAM);
        out.println("a new password is set here, once, within a day:");
        out.println(
            "  "
                + StudioLock.address(records).orElse("ADDRESS-OF-THE-STUDIO")
                + "/new-password#"
                + token);
      }
      out.println("all sessions and tokens of " + account.name() + " have ended");
      if (entry.disabled()) {
        accounts.enable(account.id(), Account.PROGRAM);
        out.println("the account of " + account.name() + " was disabled and is enabled again");
      }
    }
    return 0;
  }

  private Optional<AccountEntry> find(Accounts accounts) {
    return accounts
        .named(name)
        .flatMap(account ->
            accounts.list().stream().filter(each -> each.account().equals(account)).findFirst());
  }

  private static void change(Accounts accounts, Account account, String fresh) {
    try {
      accounts.credentials().setPassword(account, fresh, Account.PROGRAM);
    } catch (ApiError refused) {
      throw new IllegalArgumentException("--ask: " + refused.inEnglish(), refused);
    }
  }

  private IllegalArgumentException unknown(Accounts accounts) {
    var names =
        accounts.list().stream()
            .map(each -> each.account().name())
            .collect(Collectors.toCollection(TreeSet::new));
    return new IllegalArgumentException(
        names.isEmpty()
            ? "there is no account yet; instructgpt studio prints a link for the first administrator"
            : ClosestName.unknownPerson(name, names));
  }

  /// The last administrator who was disabled would be locked out for good.
  private void checkEnabled(Accounts accounts, AccountEntry entry) {
    boolean last = entry.account().role() == Account.Role.ADMIN && !accounts.hasAdmin();
    if (entry.disabled() && !enable && !last) {
      throw new IllegalArgumentException(
          "the account of %s is disabled; with --enable it is enabled as well"
              .formatted(entry.account().name()));
    }
  }

  private static String read() throws IOException {
    var terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal);
    return terminal.isPresent() ? twice(terminal.get()) : line();
  }

  private static String twice(Console terminal) {
    var first = terminal.readPassword("New password: ");
    if (!Arrays.equals(first, terminal.readPassword("Again: "))) {
      throw new IllegalArgumentException("--ask: the two passwords differ; nothing was changed");
    }
    return new String(first);
  }

  private static String line() throws IOException {
    var line =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    if (line == null) {
      throw new IllegalArgumentException(
          "--ask: expected the new password on the terminal or in a line of the standard input, found neither");
    }
    return line;
  }
}
