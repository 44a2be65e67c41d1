package org.instructgpt.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.collect.Curation;
import org.instructgpt.collect.CurationOutcome;
import org.instructgpt.collect.CurationSettings;
import org.instructgpt.collect.Intake;
import org.instructgpt.collect.PaperTables;
import org.instructgpt.collect.PersonalDataKind;
import org.instructgpt.collect.TextTable;
import org.instructgpt.collect.UseCases;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.files.Json;
import org.instructgpt.label.Quality;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.project.TrainingData;
import org.instructgpt.recipe.YamlScalars;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt curate`: which prompts the models may learn from.
@Command(
    name = "curate",
    description = {
      "Goes over all prompts of the workspace and keeps those that models may learn from.",
      "It looks at consent, duplicates, at most so many a user, parts of the data by user, personal"
          + " data, length, language, use case. Nothing is deleted; trainings use what was kept. The"
          + " same prompts and settings give the same outcome, told here and in"
          + " DIR/reports/curate.json."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class CurateCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = Json.LENIENT;

  /// Fewer prompts with a settled use case teach no classifier.
  private static final int LEAST_SETTLED = 50;

  @Mixin private final WorkspaceOption workspace = new WorkspaceOption();

  @Option(
      names = "--cap",
      defaultValue = "200",
      paramLabel = "N",
      description = "The most prompts of one user, or of an organisation (${DEFAULT-VALUE}).")
  private int cap;

  @Option(
      names = "--split",
      split = ",",
      paramLabel = "SHARE",
      description = {
        "Divide again by user into train,validation,test, such as 0.9,0.05,0.05.",
        "Left out, prompts stay in the part that they have, all of one user where the oldest is."
      })
  private @Nullable List<Double> fractions;

  @Option(
      names = "--personal",
      defaultValue = "DROP",
      description =
          "Prompts with personal data: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}, as the paper).")
  private CurationSettings.Action personal;

  @Option(
      names = "--in",
      split = ",",
      defaultValue = "TRAIN",
      paramLabel = "SPLIT",
      description =
          "Where: some of ${COMPLETION-CANDIDATES}, by commas (${DEFAULT-VALUE}, as the paper).")
  private Set<Split> where;

  @Option(
      names = "--let-pass",
      split = ",",
      paramLabel = "KIND",
      description = "Kinds of personal data that may stay: ${COMPLETION-CANDIDATES}.")
  private Set<PersonalDataKind> pass = EnumSet.noneOf(PersonalDataKind.class);

  @Option(
      names = "--shortest",
      defaultValue = "1",
      paramLabel = "N",
      description = "The fewest tokens of a prompt (${DEFAULT-VALUE}).")
  private int shortest;

  @Option(
      names = "--longest",
      defaultValue = "1000",
      paramLabel = "N",
      description = "The most tokens of a prompt (${DEFAULT-VALUE}).")
  private int longest;

  @Option(
      names = "--languages",
      split = ",",
      paramLabel = "CODE",
      description = "Languages that stay, such as en,zh; all if left out.")
  private Set<String> languages = new LinkedHashSet<>();

  @Option(
      names = "--tokenizer",
      paramLabel = "MODEL",
      description = "Whose tokens are counted: a model of the workspace, a folder; else GPT-2's.")
  private @Nullable String model;

  @Option(names = "--tables", description = "Show Tables 6 to 10 of the paper for this data.")
  private boolean tables;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var place = workspace.open();
    var settings = settings();
    var tokenizer =
        model == null
            ? Tokenizers.gpt2()
            : Checkpoint.tokenizer(place.checkpoint(model, "--tokenizer"));
    try (var store = place.givenStore()) {
      var intake = new Intake(store, new SecureRandom());
      var prompts = store.prompts(Filter.ALL);
      var classifier = classifier(prompts, out);
      var result = new Curation(settings, tokenizer, classifier).run(prompts, intake.objection());
      CurationOutcome.save(
          store, result, prompts.stream().collect(Collectors.toMap(Prompt::id, each -> each)));
      TrainingData.taken(store, "curation", InstantSource.system());
      out.print(result.report().text());
      var file = place.reports().resolve("curate.json");
      var json = new LinkedHashMap<String, Object>();
      json.put("report", result.report());
      json.put("dropped", result.dropped());
      AtomicFiles.write(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
      out.println("why each prompt was dropped: " + file);
      if (tables) {
        show(datasets(store), result.kept(), tokenizer, out);
        showTags(store, out);
      }
    }
    return 0;
  }

  private CurationSettings settings() {
    if (cap < 1) {
      throw new IllegalArgumentException("--cap: expected at least 1 prompt a user, found " + cap);
    }
    if (shortest < 0 || longest < shortest) {
      throw new IllegalArgumentException(
          "--shortest and --longest: expected 0 or more and not less than that, found %d and %d"
              .formatted(shortest, longest));
    }
    var kinds = EnumSet.copyOf(PersonalDataKind.ALL);
    kinds.removeAll(pass);
    var parts =
        fractions == null
            ? CurationSettings.PAPER.keepingParts()
            : CurationSettings.PAPER.with(fractions(fractions));
    return parts
        .with(
            new CurationSettings.Personal(
                personal, where, kinds, CurationSettings.Personal.PAPER.confidence()))
        .cap(cap)
        .tokens(shortest, longest)
        .in(languages);
  }

  private static Split.Fractions fractions(List<Double> shares) {
    if (shares.size() != 3) {
      throw new IllegalArgumentException(
          "--split: expected three shares, such as 0.9,0.05,0.05, found " + shares);
    }
    try {
      return new Split.Fractions(shares.get(0), shares.get(1), shares.get(2));
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--" + refused.getMessage(), refused);
    }
  }

  /// One that has learned from the prompts whose use case labelers have settled.
  private static Optional<UseCases> classifier(List<Prompt> prompts, PrintWriter out) {
    var settled = prompts.stream().filter(prompt -> prompt.useCase().isPresent()).toList();
    long classes = settled.stream().map(Prompt::useCase).distinct().count();
    if (settled.size() == prompts.size() || settled.size() < LEAST_SETTLED || classes < 2) {
      if (settled.size() < prompts.size()) {
        out.println(
            "use cases are not suggested: %s a settled one, %d of at least two kinds are needed"
                .formatted(Count.of(settled.size(), "prompt has", "prompts have"), LEAST_SETTLED));
      }
      return Optional.empty();
    }
    return Optional.of(UseCases.train(settled, 1));
  }

  private static List<PaperTables.Dataset> datasets(Store store) {
    var curated = CurationOutcome.of(store);
    var all = store.prompts(Filter.ALL);
    var kept = all.stream().flatMap(prompt -> curated.of(prompt).stream()).toList();
    return List.of(
        new PaperTables.Dataset("SFT", those(kept, store.demonstrations(Filter.ALL))),
        new PaperTables.Dataset("RM", those(kept, store.rankings(Filter.ALL))),
        new PaperTables.Dataset("PPO", kept));
  }

  private static List<Prompt> those(List<Prompt> kept, List<? extends WithPrompt<?>> given) {
    var ids = new HashSet<String>();
    given.forEach(each -> ids.add(each.prompt().id()));
    return kept.stream().filter(prompt -> ids.contains(prompt.id())).toList();
  }

  private static void show(
      List<PaperTables.Dataset> datasets, List<Prompt> kept, Tokenizer tokenizer, PrintWriter out) {
    for (var table :
        List.of(
            PaperTables.sizes(datasets),
            PaperTables.promptsPerCustomer(datasets),
            PaperTables.lengths(datasets, tokenizer),
            PaperTables.lengthsByUseCase(kept, tokenizer))) {
      out.println();
      out.print(table.text());
    }
  }

  /// What labelers say of the prompts, where somebody has tagged some.
  private static void showTags(Store store, PrintWriter out) throws IOException {
    store.extend("label", TaskQueue.class);
    var tags = new Quality(store).tags();
    if (!tags.isEmpty()) {
      var rows =
          tags.entrySet().stream()
              .map(tag ->
                  List.of(YamlScalars.spelling(tag.getKey()), percent(tag.getValue().value())))
              .toList();
      out.println();
      out.print(
          new TextTable("Prompt annotations (as Table 7)", List.of("annotation", "%"), rows)
              .text());
    }
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }
}
