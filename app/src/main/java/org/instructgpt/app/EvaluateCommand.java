package org.instructgpt.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.ppo.RewardService;
import org.instructgpt.ppo.TextReward;
import org.instructgpt.tasks.PublicTask;
import org.instructgpt.tasks.TaskEvaluation;
import org.instructgpt.tasks.TaskItem;
import org.instructgpt.tasks.TaskMetric;
import org.instructgpt.tasks.TaskScores;
import org.instructgpt.torch.Scope;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt evaluate`: the paper's public tasks, and what alignment costs in them.
@Command(
    name = "evaluate",
    description = {
      "The paper's public tasks with its prompts and metrics, from files as they are published.",
      "Of several models the first is what the others are compared with: what alignment cost"
          + " (\"alignment tax\"). Prints a table; --out keeps each answer with its score. Tasks and"
          + " their files are in docs/evaluation.md."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives required options a value
final class EvaluateCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int ATTEMPTS = 8;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A model in Hugging Face's layout; again for others.")
  private List<Path> models;

  @Option(
      names = "--tasks",
      required = true,
      split = ",",
      paramLabel = "NAME=FILE",
      description = "Tasks, each with its file, such as sst=dev.tsv; commas or again for others.")
  private Map<String, Path> tasks;

  @Option(
      names = "--examples",
      split = ",",
      paramLabel = "NAME=FILE",
      description = "Where --shots are taken from: files of the same kind, such as of training.")
  private Map<String, Path> examples = new LinkedHashMap<>();

  @Option(
      names = "--shots",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Solved examples before each question, the first of --examples (${DEFAULT-VALUE}).")
  private int shots;

  @Option(
      names = "--items",
      paramLabel = "N",
      description = "At most so many questions of a task, spread over its file; all without it.")
  private @Nullable Integer items;

  @Option(
      names = "--batch-size",
      defaultValue = "16",
      paramLabel = "N",
      description = "Sequences that go through the model together (${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--classifier",
      paramLabel = "URL",
      description =
          "Of toxicity: a service as of ppo --reward-url, whose rewards are 0 to 1; for the tasks toxicity...")
  private @Nullable URI classifier;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where each answer goes, with its score: JSON lines.")
  private @Nullable Path out;

  @Mixin private final Hardware hardware = new Hardware();
  @Spec private @Nullable CommandSpec spec;
  private final StopSignals stop;

  EvaluateCommand(StopSignals stop) {
    this.stop = stop;
  }

  /// A task with its questions.
  private record Asked(PublicTask task, List<TaskItem> items, List<TaskItem> examples) {}

  @Override
  public Integer call() throws IOException {
    FlagCheck.require("--shots", shots >= 0, "0 or more", shots);
    FlagCheck.require("--batch-size", batchSize >= 1, "1 or more", batchSize);
    FlagCheck.require("--items", items == null || items >= 1, "1 or more", String.valueOf(items));
    hardware.check();
    for (var model : models) {
      if (Checkpoint.kind(model) != Checkpoint.Kind.LANGUAGE) {
        throw new IllegalArgumentException(
            "--model %s: expected a language model, found a reward model".formatted(model));
      }
    }
    var asked = new ArrayList<Asked>();
    for (var each : tasks.entrySet()) {
      asked.add(asked(each.getKey(), each.getValue()));
    }
    var requested = stop.heed();
    var results = new ArrayList<List<TaskScores>>();
    for (var model : models) {
      var scores = new ArrayList<TaskScores>();
      try (var _ = Scope.open()) {
        var gpt = Checkpoint.loadLanguageModel(model, hardware.precision(), hardware.device());
        var evaluation =
            new TaskEvaluation(gpt, Checkpoint.tokenizer(model), batchSize, classifier());
        for (var each : asked) {
          if (requested.requested()) {
            Terminal.tell("evaluate: stopped; nothing was written");
            return StopSignals.STOPPED;
          }
          scores.add(evaluation.scores(each.task, each.items, each.examples));
          tell(model, scores.getLast());
        }
      }
      results.add(scores);
    }
    print(results);
    if (out != null) {
      write(results);
    }
    return 0;
  }

  private Asked asked(String name, Path file) throws IOException {
    var task = PublicTask.named(name);
    if (task.metric() == TaskMetric.TOXICITY && classifier == null) {
      throw new IllegalArgumentException(
          "--tasks %s: expected --classifier as well, since no classifier of toxicity comes with the program"
              .formatted(name));
    }
    var all = task.read(file);
    var solved = List.<TaskItem>of();
    if (shots > 0) {
      var from = examples.get(name);
      if (from == null) {
        throw new IllegalArgumentException(
            "--shots: expected --examples %s=FILE, found none for this task".formatted(name));
      }
      var others = task.read(from);
      FlagCheck.require("--shots", shots <= others.size(), "at most " + others.size(), shots);
      solved = others.subList(0, shots);
    }
    return new Asked(task, some(all), solved);
  }

  private List<TaskItem> some(List<TaskItem> all) {
    if (items == null || items >= all.size()) {
      return all;
    }
    var some = new ArrayList<TaskItem>();
    for (int i = 0; i < items; i++) {
      some.add(all.get((int) ((long) i * all.size() / items)));
    }
    return some;
  }

  private Function<List<String>, double[]> classifier() {
    if (classifier == null) {
      return texts -> new double[texts.size()];
    }
    var service =
        RewardService.of(
            new RewardService.Settings(classifier, PATIENCE, ATTEMPTS), stop.heed()::requested);
    return texts ->
        service.of(texts.stream().map(text -> new TextReward.Answer("", text, true)).toList());
  }

  private static void tell(Path model, TaskScores scores) {
    Terminal.tell(
        "%s, %s: %s %s%s"
            .formatted(
                model.getFileName(),
                scores.task().key(),
                scores.task().metric().word(),
                scores.estimate(),
                scores.shortened() == 0
                    ? ""
                    : "; %d of %d questions lost their beginning, as the model's context is too short for them"
                        .formatted(scores.shortened(), scores.scores().size())));
  }

  private void print(List<List<TaskScores>> results) {
    var table = new StringBuilder("| task | metric | questions |");
    models.forEach(model -> table.append(" ").append(model.getFileName()).append(" |"));
    models.stream()
        .skip(1)
        .forEach(model ->
            table.append(
                " %s - %s |".formatted(model.getFileName(), models.getFirst().getFileName())));
    table.append("\n|---|---|---|").append("---|".repeat(2 * models.size() - 1)).append("\n");
    for (int t = 0; t < results.getFirst().size(); t++) {
      var base = results.getFirst().get(t);
      table.append(
          "| %s | %s | %d |"
              .formatted(base.task().key(), base.task().metric().word(), base.scores().size()));
      for (var model : results) {
        table.append(" ").append(model.get(t).estimate()).append(" |");
      }
      for (var model : results.subList(1, results.size())) {
        table.append(" ").append(model.get(t).lead(base)).append(" |");
      }
      table.append("\n");
    }
    var to = Objects.requireNonNull(spec).commandLine().getOut();
    to.print(table);
    to.flush();
  }

  private void write(List<List<TaskScores>> results) throws IOException {
    var text = new StringBuilder();
    for (int m = 0; m < models.size(); m++) {
      var name = models.get(m).toString();
      for (var task : results.get(m)) {
        task.scores()
            .forEach(
                (question, score) -> text.append(line(name, task, question, score)).append('\n'));
      }
    }
    AtomicFiles.write(Objects.requireNonNull(out), text.toString());
  }

  private static String line(String model, TaskScores task, String question, double score) {
    ObjectNode line =
        Json.LENIENT
            .createObjectNode()
            .put("model", model)
            .put("task", task.task().key())
            .put("id", question)
            .put("score", score);
    Optional.ofNullable(task.answers().get(question)).ifPresent(said -> line.put("answer", said));
    return Json.text(line);
  }
}
