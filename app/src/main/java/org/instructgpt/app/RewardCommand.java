package org.instructgpt.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.HealthGates;
import org.instructgpt.model.RunSettings;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.project.ContextFitter;
import org.instructgpt.project.DataHash;
import org.instructgpt.project.OutputFile;
import org.instructgpt.project.TrainingData;
import org.instructgpt.project.TrainingRun;
import org.instructgpt.project.Workspace;
import org.instructgpt.records.Split;
import org.instructgpt.reward.CrossValidation;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.reward.RewardReport;
import org.instructgpt.reward.TokenizedRanking;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt reward`: a reward model from rankings.
@Command(
    name = "reward",
    description = {
      "Trains a reward model on the rankings of the workspace (step 2 of the paper).",
      "It is measured on held-out ones.",
      "Stopped or killed, the same command goes on where the run was last saved."
    },
    mixinStandardHelpOptions = true)
final class RewardCommand implements Callable<Integer> {

  /// The fact of a run that PPO asks for: of how many answers the model saw that they were cut.
  static final String CUT_COMPLETIONS = "cut_completions";

  @Mixin private final StageOptions options = new StageOptions();
  @Mixin private final LongPromptsOption fits = new LongPromptsOption();

  @Option(
      names = "--from",
      defaultValue = "sft",
      paramLabel = "MODEL",
      description = "The model whose body it takes: a name or a folder (${DEFAULT-VALUE}).")
  private String from = "sft";

  @Option(
      names = "--cross-validate",
      paramLabel = "SEEDS",
      description =
          "Instead of a model, the accuracy over 5 groups of labelers with so many seeds a group"
              + " (the paper: 3).")
  private int seeds;

  @Option(
      names = "--held-out",
      split = ",",
      defaultValue = "validation,test",
      paramLabel = "SPLIT",
      description = "The splits whose rankings it is measured on (${DEFAULT-VALUE}).")
  private List<Split> heldOut = List.of(Split.VALIDATION, Split.TEST);

  @Spec private @Nullable CommandSpec spec;

  private final StopSignals stop;

  RewardCommand(StopSignals stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    if (seeds < 0) {
      throw new IllegalArgumentException("--cross-validate: expected at least 1, found " + seeds);
    }
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var settings = options.recipe("reward").settings("reward", RewardModeling.Settings.paper());
    var workspace = options.workspace.open();
    var parent = TrainingRun.checkpoint(workspace, from, "--from");
    var fitting = fits.to(parent);
    if (seeds > 0) {
      options.hardware.check();
      OutputFile.checkFolder(workspace.reports(), "--workspace " + workspace.root());
      return crossValidate(workspace, settings, parent, fitting, out);
    }
    var name = options.name("reward");
    try (var run = TrainingRun.begin(workspace, options.run(out, stop), "reward", name);
        var _ = Scope.open()) {
      RewardModeling.Data data;
      try (var material = TrainingData.of(workspace, InstantSource.system())) {
        data = data(material, fitting, run::note, out);
        run.learningFrom(material);
      }
      run.from("body", "--from", parent)
          .with("reward", settings)
          .with("rankings", data.training().size())
          .with("held_out_rankings", data.heldOut().size())
          .with("demonstrations_of_the_shift", data.demonstrations().size())
          .with("data_hash", DataHash.of(rows(data)))
          .with(CUT_COMPLETIONS, cut(data.training()));
      fitting.tell(out, run);
      var model = model(parent, settings.seed());
      var origin = new RewardModeling.Origin(fitting.tokenizer(), run.lineage());
      var trainer = new RewardModeling(model, data, settings, origin);
      run.with("prompts", trainer.prompts());
      if (trainer.prompts() < settings.batchPrompts()) {
        out.println(
            "%s fewer than reward.batch_prompts, %d: every step takes all of them"
                .formatted(
                    Count.of(trainer.prompts(), "prompt is", "prompts are"),
                    settings.batchPrompts()));
      }
      long tenth = Math.max(1, trainer.steps() / 10);
      var loop = new RunSettings(trainer.steps(), tenth, tenth, 2, null);
      if (!run.run(trainer, loop, List.of(HealthGates.finite()))) {
        return StopSignals.STOPPED;
      }
      if (!data.heldOut().isEmpty()) {
        report(workspace, name, data, settings, out);
      }
      return 0;
    }
  }

  /// How many completions did not end by themselves.
  private static long cut(List<TokenizedRanking> rankings) {
    return rankings.stream().flatMap(r -> r.ended().stream()).filter(ended -> !ended).count();
  }

  private void report(
      Workspace workspace,
      String name,
      RewardModeling.Data data,
      RewardModeling.Settings settings,
      PrintWriter out)
      throws IOException {
    var hardware = options.hardware;
    var made =
        Checkpoint.loadRewardModel(workspace.model(name), hardware.precision(), hardware.device());
    var report = RewardReport.of(made, data.heldOut(), settings.microBatchTokens());
    AtomicFiles.write(workspace.reports().resolve(name + ".json"), report.json());
    out.print(report.table());
    out.flush();
  }

  private int crossValidate(
      Workspace workspace,
      RewardModeling.Settings settings,
      Path parent,
      ContextFitter fitting,
      PrintWriter out)
      throws IOException {
    RewardModeling.Data data;
    try (var material = TrainingData.of(workspace, InstantSource.system())) {
      data = data(material, fitting, (_, _) -> {}, out);
    }
    fitting.losses().ifPresent(out::println);
    var found = crossValidate(data, settings, parent, fitting.tokenizer());
    var file = workspace.reports().resolve(options.name("reward") + "-folds.json");
    AtomicFiles.write(file, folds(found));
    out.println("accuracy on the labelers learned from: " + found.sameLabelers());
    out.println("accuracy on labelers of other groups:  " + found.otherLabelers());
    return 0;
  }

  private static String folds(CrossValidation found) {
    var all = JsonNodeFactory.instance.objectNode();
    all.putObject("same_labelers")
        .put("value", found.sameLabelers().value())
        .put("error", found.sameLabelers().error());
    all.putObject("other_labelers")
        .put("value", found.otherLabelers().value())
        .put("error", found.otherLabelers().error());
    return all.toPrettyString() + "\n";
  }

  private static Stream<int[]> rows(RewardModeling.Data data) {
    return Stream.of(data.training(), data.heldOut())
        .flatMap(List::stream)
        .flatMap(r ->
            Stream.concat(
                Stream.of(r.prompt(), r.ranks().stream().mapToInt(i -> i).toArray()),
                r.completions().stream()));
  }

  /// Rankings as they came, and of them those that teach nothing.
  ///
  /// @param rankings all
  /// @param ties how many tell no two completions apart
  /// @param equalPairs of the others, how many are of completions with the same tokens
  private record Given(List<TokenizedRanking> rankings, long ties, int equalPairs) {
    static Given of(List<TokenizedRanking> rankings) {
      return new Given(
          rankings,
          rankings.stream().filter(ranked -> !ranked.hasPairs()).count(),
          rankings.stream()
              .filter(TokenizedRanking::hasPairs)
              .mapToInt(TokenizedRanking::equalPairs)
              .sum());
    }

    void tell(String which, PrintWriter out) {
      if (ties > 0) {
        out.println(
            "%d of %s no two completions apart and %s left out"
                .formatted(
                    ties,
                    Count.of(rankings.size(), which + " ranking tells", which + " rankings tell"),
                    ties == 1 ? "is" : "are"));
      }
      if (equalPairs > 0) {
        out.println(
            "%s left out of the %s rankings: the completions are the same, or became so where they were cut"
                .formatted(Count.of(equalPairs, "pair is", "pairs are"), which));
      }
    }
  }

  private RewardModeling.Data data(
      TrainingData material,
      ContextFitter fitting,
      BiConsumer<String, Object> note,
      PrintWriter out) {
    var training = Given.of(fitting.rankings(material.rankings(Split.TRAIN)));
    var held = new ArrayList<TokenizedRanking>();
    for (var split : heldOut) {
      held.addAll(fitting.rankings(material.rankings(split)));
    }
    var measured = Given.of(held);
    training.tell("training", out);
    measured.tell("held-out", out);
    if (held.size() == measured.ties) {
      out.println(
          "nothing is held out: the splits %s have no rankings with a preference, so the model is not measured; --held-out names other splits"
              .formatted(
                  heldOut.stream()
                      .map(split -> split.name().toLowerCase(Locale.ROOT))
                      .collect(Collectors.joining(", "))));
    }
    note.accept("rankings_left_out", training.ties);
    note.accept("held_out_rankings_left_out", measured.ties);
    note.accept("equal_pairs_left_out", training.equalPairs);
    note.accept("held_out_equal_pairs_left_out", measured.equalPairs);
    var demonstrations = fitting.demonstrations(material.demonstrations(Split.TRAIN));
    return new RewardModeling.Data(training.rankings, held, demonstrations);
  }

  private ScalarModel model(Path parent, long seed) throws IOException {
    var shape = Checkpoint.shape(parent);
    if (Checkpoint.kind(parent) == Checkpoint.Kind.REWARD) {
      return Checkpoint.loadRewardModel(
          parent, options.hardware.precision(), options.hardware.device());
    }
    var model = new ScalarModel(shape, options.hardware.precision(), options.hardware.device());
    try (var _ = Scope.open()) {
      var body =
          Checkpoint.loadLanguageModel(
              parent, options.hardware.precision(), options.hardware.device());
      model.initializeFrom(body, Randomness.at(seed, "head", 0));
    }
    return model;
  }

  private CrossValidation crossValidate(
      RewardModeling.Data data,
      RewardModeling.Settings settings,
      Path parent,
      Tokenizer tokenizer) {
    var lineage =
        new org.instructgpt.model.Lineage("reward", java.util.Map.of(), java.util.Map.of());
    return CrossValidation.of(
        new CrossValidation.Data(data.training(), data.heldOut()),
        CrossValidation.FOLDS,
        LongStream.rangeClosed(1, seeds).boxed().toList(),
        (rankings, seed) -> {
          try {
            var model = model(parent, seed);
            var trainer =
                new RewardModeling(
                    model,
                    new RewardModeling.Data(rankings, List.of(), List.of()),
                    settings,
                    new RewardModeling.Origin(tokenizer, lineage));
            for (long step = 0; step < trainer.steps(); step++) {
              var _ = trainer.step(step);
            }
            return model;
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        },
        settings.microBatchTokens());
  }
}
