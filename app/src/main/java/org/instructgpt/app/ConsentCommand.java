package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.collect.Intake;
import org.instructgpt.studio.Consents;
import org.instructgpt.studio.ErasableModules;
import org.instructgpt.studio.WithdrawnConsent;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `instructgpt consent`: what customers agreed to, for those who cannot say so in the studio.
@Command(
    name = "consent",
    description = {
      "Tells what customers have agreed to.",
      "With --withdraw withdraws their consent, as they can in the studio: from then on no training,"
          + " curation, export or round uses what they asked. Tells which models have learned from it."
          + " With --agree they agree again, for what they ask from then on."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required parameters a value
final class ConsentCommand implements Callable<Integer> {

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Option(names = "--withdraw", description = "Withdraw their consent.")
  private boolean withdraw;

  @Option(
      names = "--agree",
      paramLabel = "VERSION",
      description = "They agree to this version of the notice.")
  private @Nullable String agree;

  @Parameters(
      arity = "1..*",
      paramLabel = "PERSON",
      description = "Names of accounts, or ids as in the user field of an export.")
  private List<String> people;

  @Spec private @Nullable CommandSpec spec;
  private final InstantSource clock;

  ConsentCommand(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    if (withdraw && agree != null) {
      throw new IllegalArgumentException("--withdraw and --agree: give one of the two");
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var place = workspace.open();
    var random = new SecureRandom();
    try (var store = place.givenStore()) {
      var residents = ErasableModules.of(store, clock, random);
      var intake = new Intake(store, random);
      var consents =
          new Consents(
              store,
              intake,
              residents.accounts().audit(),
              new WithdrawnConsent(place, residents.queue()));
      for (var person : residents.ids(people)) {
        if (agree != null) {
          consents.give(person, agree, clock.instant());
        }
        if (withdraw) {
          tell(consents.withdraw(person, "", clock.instant()), out);
        }
        tell(person, intake.terms(person), out);
      }
    }
    return 0;
  }

  private static void tell(Consents.Withdrawn withdrawn, PrintWriter out) {
    out.printf(
        "withdrawn: %,d %s no longer used%n",
        withdrawn.prompts(), withdrawn.prompts() == 1 ? "prompt is" : "prompts are");
    out.println(
        withdrawn.models().isEmpty()
            ? "no model learned from it"
            : "models that learned from it, and keep that until they are trained again: "
                + String.join(", ", withdrawn.models()));
  }

  private static void tell(String person, List<Intake.Term> terms, PrintWriter out) {
    out.println(person + (terms.isEmpty() ? ": has agreed to nothing" : ":"));
    for (var term : terms) {
      out.println(
          "  agreed to \"%s\" at %s%s"
              .formatted(
                  term.notice(),
                  term.given(),
                  term.withdrawn().map(at -> ", withdrawn at " + at).orElse("")));
    }
  }
}
