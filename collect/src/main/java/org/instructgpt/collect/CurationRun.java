package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.instructgpt.collect.Curation.Action;
import org.instructgpt.collect.Curation.Dropped;
import org.instructgpt.collect.Curation.Personal;
import org.instructgpt.collect.Curation.Settings;
import org.instructgpt.collect.Curation.Step;
import org.instructgpt.collect.Curation.StepReport;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.text.Tokenizer;

/// One run of a [Curation]: the prompts that are still in, and what has been noted so far.
final class CurationRun {
  private static final Set<Prompt.Source> LABELERS =
      EnumSet.of(
          Prompt.Source.LABELER_PLAIN,
          Prompt.Source.LABELER_FEW_SHOT,
          Prompt.Source.LABELER_USER_BASED);

  private final Settings settings;
  private final Tokenizer tokenizer;
  private final Optional<UseCases> classifier;
  private final List<Dropped> dropped = new ArrayList<>();
  private final List<StepReport> reports = new ArrayList<>();

  CurationRun(Settings settings, Tokenizer tokenizer, Optional<UseCases> classifier) {
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.classifier = classifier;
  }

  /// What a step says of one prompt.
  ///
  /// @param prompt the prompt as it goes on; absent: it is dropped
  /// @param why it is dropped; empty if it is not
  private record Verdict(Optional<Prompt> prompt, String why) {
    static Verdict keep(Prompt prompt) {
      return new Verdict(Optional.of(prompt), "");
    }

    static Verdict drop(String why) {
      return new Verdict(Optional.empty(), why);
    }
  }

  /// A step: its verdict on a prompt, while it counts what it finds.
  private interface Sieve {
    Verdict judge(Prompt prompt, SortedCounts.Counts<String> counts);
  }

  Curation.Result run(List<Prompt> prompts, Function<Prompt, Optional<String>> objection) {
    Set<String> ids = HashSet.newHashSet(prompts.size());
    for (Prompt prompt : prompts) {
      if (!ids.add(prompt.id())) {
        throw new IllegalArgumentException(
            "expected prompts of different ids, found two named " + prompt.id());
      }
    }
    List<Prompt> in = prompts;
    in = step(Step.CONSENT, in, consent(objection));
    in = step(Step.DUPLICATES, in, duplicates());
    in = step(Step.CAP, in, cap());
    in = step(Step.SPLIT, in, split());
    in = step(Step.PERSONAL_DATA, in, this::personal);
    in = step(Step.LENGTH, in, this::length);
    in = step(Step.LANGUAGE, in, language());
    in = step(Step.USE_CASE, in, this::useCase);
    return new Curation.Result(List.copyOf(in), List.copyOf(dropped), report(prompts.size(), in));
  }

  private List<Prompt> step(Step step, List<Prompt> in, Sieve sieve) {
    SortedCounts.Counts<String> counts = new SortedCounts.Counts<>();
    List<Prompt> out = new ArrayList<>(in.size());
    int changed = 0;
    for (Prompt prompt : in) {
      Verdict verdict = sieve.judge(prompt, counts);
      if (verdict.prompt().isPresent()) {
        Prompt next = verdict.prompt().get();
        out.add(next);
        changed += next.equals(prompt) ? 0 : 1;
      } else {
        dropped.add(new Dropped(prompt.id(), step, verdict.why()));
      }
    }
    reports.add(new StepReport(step, in.size(), in.size() - out.size(), changed, counts.get()));
    return out;
  }

  private static Sieve consent(Function<Prompt, Optional<String>> objection) {
    return (prompt, counts) ->
        objection
            .apply(prompt)
            .map(why -> {
              counts.add(why);
              return Verdict.drop(why);
            })
            .orElseGet(() -> Verdict.keep(prompt));
  }

  private Sieve duplicates() {
    Duplicates seen = new Duplicates(settings.prefix(), tokenizer);
    return (prompt, counts) -> {
      if (LABELERS.contains(prompt.source())) {
        return Verdict.keep(prompt);
      }
      return seen.add(prompt)
          .map(twin -> {
            counts.add(twin.same() ? "same text" : "same beginning");
            return Verdict.drop((twin.same() ? "same text as " : "begins as ") + twin.id());
          })
          .orElseGet(() -> Verdict.keep(prompt));
    };
  }

  private Sieve cap() {
    Map<String, Integer> kept = new HashMap<>();
    return (prompt, counts) -> {
      Optional<String> writer = writer(prompt);
      if (writer.isEmpty() || LABELERS.contains(prompt.source())) {
        return Verdict.keep(prompt);
      }
      int number = kept.merge(writer.get(), 1, Integer::sum);
      if (number <= settings.cap()) {
        return Verdict.keep(prompt);
      }
      if (number == settings.cap() + 1) {
        counts.add("users above the cap");
      }
      return Verdict.drop("more than " + settings.cap() + " of one user");
    };
  }

  /// Who counts as one writer: `user u7`, else `organisation acme`, else nobody.
  private static Optional<String> writer(Prompt prompt) {
    return prompt
        .user()
        .map(name -> "user " + name)
        .or(() -> prompt.organisation().map(name -> "organisation " + name));
  }

  private Sieve split() {
    Map<String, Split> parts = new HashMap<>();
    return (prompt, counts) -> {
      Split split = part(prompt, parts);
      counts.add(ConstantNames.word(split));
      return Verdict.keep(
          split == prompt.split()
              ? prompt
              : changed(prompt, prompt.text(), split, prompt.useCase()));
    };
  }

  /// @param parts where each writer's oldest prompt lies
  private Split part(Prompt prompt, Map<String, Split> parts) {
    if (settings.anew()) {
      return settings.fractions().splitOf(prompt.user(), prompt.organisation(), prompt.text());
    }
    return writer(prompt)
        .map(writer -> parts.computeIfAbsent(writer, _ -> prompt.split()))
        .orElseGet(prompt::split);
  }

  private Verdict personal(Prompt prompt, SortedCounts.Counts<String> counts) {
    Personal personal = settings.personal();
    List<PersonalData.Span> found =
        PersonalData.find(prompt.text(), personal.kinds()).stream()
            .filter(span -> span.confidence() >= personal.confidence())
            .toList();
    if (found.isEmpty()) {
      return Verdict.keep(prompt);
    }
    Set<PersonalData.Kind> kinds = EnumSet.noneOf(PersonalData.Kind.class);
    found.forEach(span -> kinds.add(span.kind()));
    kinds.forEach(kind -> counts.add(ConstantNames.word(kind)));
    boolean elsewhere = !personal.splits().contains(prompt.split());
    if (elsewhere || personal.action() == Action.KEEP) {
      return Verdict.keep(prompt);
    }
    if (personal.action() == Action.DROP) {
      return Verdict.drop(
          "holds " + String.join(", ", kinds.stream().map(ConstantNames::word).toList()));
    }
    String redacted = PersonalData.redact(prompt.text(), found);
    return Verdict.keep(changed(prompt, redacted, prompt.split(), prompt.useCase()));
  }

  private Verdict length(Prompt prompt, SortedCounts.Counts<String> counts) {
    int tokens = tokenizer.encode(prompt.text()).length;
    if (tokens >= settings.shortest() && tokens <= settings.longest()) {
      return Verdict.keep(prompt);
    }
    counts.add(tokens < settings.shortest() ? "too short" : "too long");
    return Verdict.drop(tokens == 1 ? "1 token" : tokens + " tokens");
  }

  private Sieve language() {
    if (settings.languages().isEmpty()) {
      return (prompt, _) -> Verdict.keep(prompt);
    }
    return (prompt, counts) -> {
      Languages.Guess language = Languages.guess(prompt.text());
      counts.add(language.code());
      // Where the language cannot be told (a number, a line of code), the prompt stays.
      boolean wanted = language.isUnknown() || settings.languages().contains(language.code());
      return wanted ? Verdict.keep(prompt) : Verdict.drop("language " + language.code());
    };
  }

  private Verdict useCase(Prompt prompt, SortedCounts.Counts<String> counts) {
    if (prompt.useCase().isPresent()) {
      counts.add("settled");
      return Verdict.keep(prompt);
    }
    Optional<Prompt.UseCase> suggestion =
        classifier
            .map(some -> some.suggest(prompt.text()))
            .filter(some -> some.probability() >= settings.certainty())
            .map(UseCases.Suggestion::useCase);
    counts.add(suggestion.isPresent() ? "suggested" : "open");
    return Verdict.keep(
        suggestion.isEmpty() ? prompt : changed(prompt, prompt.text(), prompt.split(), suggestion));
  }

  private static Prompt changed(
      Prompt prompt, String text, Split split, Optional<Prompt.UseCase> useCase) {
    return new Prompt(
        prompt.id(),
        text,
        prompt.source(),
        prompt.user(),
        prompt.organisation(),
        split,
        useCase,
        prompt.created());
  }

  private Curation.Report report(int prompts, List<Prompt> kept) {
    SortedCounts.Counts<Split> splits = new SortedCounts.Counts<>();
    SortedCounts.Counts<Prompt.UseCase> useCases = new SortedCounts.Counts<>();
    Set<String> users = new HashSet<>();
    for (Prompt prompt : kept) {
      splits.add(prompt.split());
      prompt.useCase().ifPresent(useCases::add);
      writer(prompt).ifPresent(users::add);
    }
    return new Curation.Report(
        prompts,
        kept.size(),
        users.size(),
        List.copyOf(reports),
        splits.get(),
        useCases.get(),
        settings);
  }
}
