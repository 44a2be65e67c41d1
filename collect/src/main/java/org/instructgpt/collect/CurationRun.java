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
import org.instructgpt.collect.Curation.Dropped;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.text.Tokenizer;

/// One run of a [Curation]: applies the steps one after the other and collects the dropped prompts
/// and the report.
final class CurationRun {
  private final CurationSettings settings;
  private final Tokenizer tokenizer;
  private final Optional<UseCases> classifier;
  private final List<Dropped> dropped = new ArrayList<>();
  private final List<CurationReport.StepReport> reports = new ArrayList<>();

  CurationRun(CurationSettings settings, Tokenizer tokenizer, Optional<UseCases> classifier) {
    this.settings = settings;
    this.tokenizer = tokenizer;
    this.classifier = classifier;
  }

  /// The decision of a step about one prompt.
  ///
  /// @param prompt the prompt for the next step; absent if it is dropped
  /// @param why it is dropped; empty if it is not
  private record Decision(Optional<Prompt> prompt, String why) {
    static Decision keep(Prompt prompt) {
      return new Decision(Optional.of(prompt), "");
    }

    static Decision drop(String why) {
      return new Decision(Optional.empty(), why);
    }
  }

  /// The rule of a step: decides about a prompt and counts what it finds.
  private interface Rule {
    Decision apply(Prompt prompt, SortedCounts.Counts<String> counts);
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
    in = step(CurationReport.Step.CONSENT, in, consent(objection));
    in = step(CurationReport.Step.DUPLICATES, in, duplicates());
    in = step(CurationReport.Step.CAP, in, cap());
    in = step(CurationReport.Step.SPLIT, in, split());
    in = step(CurationReport.Step.PERSONAL_DATA, in, this::personal);
    in = step(CurationReport.Step.LENGTH, in, this::length);
    in = step(CurationReport.Step.LANGUAGE, in, language());
    in = step(CurationReport.Step.USE_CASE, in, this::useCase);
    return new Curation.Result(List.copyOf(in), List.copyOf(dropped), report(prompts.size(), in));
  }

  private List<Prompt> step(CurationReport.Step step, List<Prompt> in, Rule rule) {
    SortedCounts.Counts<String> counts = new SortedCounts.Counts<>();
    List<Prompt> out = new ArrayList<>(in.size());
    int changed = 0;
    for (Prompt prompt : in) {
      Decision decision = rule.apply(prompt, counts);
      if (decision.prompt().isPresent()) {
        Prompt next = decision.prompt().get();
        out.add(next);
        changed += next.equals(prompt) ? 0 : 1;
      } else {
        dropped.add(new Dropped(prompt.id(), step, decision.why()));
      }
    }
    reports.add(
        new CurationReport.StepReport(
            step, in.size(), in.size() - out.size(), changed, counts.get()));
    return out;
  }

  private static Rule consent(Function<Prompt, Optional<String>> objection) {
    return (prompt, counts) ->
        objection
            .apply(prompt)
            .map(why -> {
              counts.add(why);
              return Decision.drop(why);
            })
            .orElseGet(() -> Decision.keep(prompt));
  }

  private Rule duplicates() {
    Duplicates seen = new Duplicates(settings.prefix(), tokenizer);
    return (prompt, counts) -> {
      if (PromptSources.isByLabeler(prompt)) {
        return Decision.keep(prompt);
      }
      return seen.add(prompt)
          .map(earlier -> {
            counts.add(earlier.sameText() ? "same text" : "same beginning");
            return Decision.drop(
                (earlier.sameText() ? "same text as " : "begins as ") + earlier.id());
          })
          .orElseGet(() -> Decision.keep(prompt));
    };
  }

  private Rule cap() {
    Map<String, Integer> kept = new HashMap<>();
    return (prompt, counts) -> {
      Optional<String> writer = writer(prompt);
      if (writer.isEmpty() || PromptSources.isByLabeler(prompt)) {
        return Decision.keep(prompt);
      }
      int number = kept.merge(writer.get(), 1, Integer::sum);
      if (number <= settings.cap()) {
        return Decision.keep(prompt);
      }
      if (number == settings.cap() + 1) {
        counts.add("users above the cap");
      }
      return Decision.drop("more than " + settings.cap() + " of one user");
    };
  }

  /// The writer of a prompt: `user u7`, else `organisation acme`, else none.
  private static Optional<String> writer(Prompt prompt) {
    return prompt
        .user()
        .map(name -> "user " + name)
        .or(() -> prompt.organisation().map(name -> "organisation " + name));
  }

  private Rule split() {
    Map<String, Split> splits = new HashMap<>();
    return (prompt, counts) -> {
      Split split = splitOf(prompt, splits);
      counts.add(ConstantNames.word(split));
      return Decision.keep(
          split == prompt.split()
              ? prompt
              : changed(prompt, prompt.text(), split, prompt.useCase()));
    };
  }

  /// @param splits the split of each writer's oldest prompt
  private Split splitOf(Prompt prompt, Map<String, Split> splits) {
    if (settings.anew()) {
      return settings.fractions().splitOf(prompt.user(), prompt.organisation(), prompt.text());
    }
    return writer(prompt)
        .map(writer -> splits.computeIfAbsent(writer, _ -> prompt.split()))
        .orElseGet(prompt::split);
  }

  private Decision personal(Prompt prompt, SortedCounts.Counts<String> counts) {
    CurationSettings.Personal personal = settings.personal();
    List<PersonalDataSpan> found =
        PersonalData.find(prompt.text(), personal.kinds()).stream()
            .filter(span -> span.confidence() >= personal.confidence())
            .toList();
    if (found.isEmpty()) {
      return Decision.keep(prompt);
    }
    Set<PersonalDataKind> kinds = EnumSet.noneOf(PersonalDataKind.class);
    found.forEach(span -> kinds.add(span.kind()));
    kinds.forEach(kind -> counts.add(ConstantNames.word(kind)));
    boolean otherSplit = !personal.splits().contains(prompt.split());
    if (otherSplit || personal.action() == CurationSettings.Action.KEEP) {
      return Decision.keep(prompt);
    }
    if (personal.action() == CurationSettings.Action.DROP) {
      return Decision.drop(
          "holds " + String.join(", ", kinds.stream().map(ConstantNames::word).toList()));
    }
    String redacted = PersonalData.redact(prompt.text(), found);
    return Decision.keep(changed(prompt, redacted, prompt.split(), prompt.useCase()));
  }

  private Decision length(Prompt prompt, SortedCounts.Counts<String> counts) {
    int tokens = tokenizer.encode(prompt.text()).length;
    if (tokens >= settings.shortest() && tokens <= settings.longest()) {
      return Decision.keep(prompt);
    }
    counts.add(tokens < settings.shortest() ? "too short" : "too long");
    return Decision.drop(tokens == 1 ? "1 token" : tokens + " tokens");
  }

  private Rule language() {
    if (settings.languages().isEmpty()) {
      return (prompt, _) -> Decision.keep(prompt);
    }
    return (prompt, counts) -> {
      Languages.Guess language = Languages.guess(prompt.text());
      counts.add(language.code());
      // Where the language cannot be told (a number, a line of code), the prompt stays.
      boolean wanted = language.isUnknown() || settings.languages().contains(language.code());
      return wanted ? Decision.keep(prompt) : Decision.drop("language " + language.code());
    };
  }

  private Decision useCase(Prompt prompt, SortedCounts.Counts<String> counts) {
    if (prompt.useCase().isPresent()) {
      counts.add("settled");
      return Decision.keep(prompt);
    }
    Optional<Prompt.UseCase> suggestion =
        classifier
            .map(useCases -> useCases.suggest(prompt.text()))
            .filter(suggested -> suggested.probability() >= settings.certainty())
            .map(UseCases.Suggestion::useCase);
    counts.add(suggestion.isPresent() ? "suggested" : "open");
    return Decision.keep(
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

  private CurationReport report(int prompts, List<Prompt> kept) {
    SortedCounts.Counts<Split> splits = new SortedCounts.Counts<>();
    SortedCounts.Counts<Prompt.UseCase> useCases = new SortedCounts.Counts<>();
    Set<String> users = new HashSet<>();
    for (Prompt prompt : kept) {
      splits.add(prompt.split());
      prompt.useCase().ifPresent(useCases::add);
      writer(prompt).ifPresent(users::add);
    }
    return new CurationReport(
        prompts,
        kept.size(),
        users.size(),
        List.copyOf(reports),
        splits.get(),
        useCases.get(),
        settings);
  }
}
