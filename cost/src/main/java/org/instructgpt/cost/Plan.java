package org.instructgpt.cost;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.instructgpt.cost.PlannedStage.Choice;
import org.instructgpt.model.GptConfig;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.Precision;

/// What memory, time and disk the trainings of a recipe need, told before they begin.
///
/// @param subject what is planned, in words
/// @param machine that it is for
/// @param data that is learned from
/// @param stages in the paper's order
public record Plan(String subject, PlanMachine machine, DataLengths data, List<Stage> stages) {
  /// Copies the list.
  public Plan {
    stages = List.copyOf(stages);
  }

  /// A training.
  ///
  /// @param name of the recipe's section
  /// @param memory bytes of each device at the peak, part by part
  /// @param disk bytes, part by part
  /// @param operations of matrix products in the whole training
  /// @param seconds of the whole training, if the machine's rate is known
  /// @param advice what to change so that it fits; empty if it fits
  public record Stage(
      String name,
      SequencedMap<String, Double> memory,
      SequencedMap<String, Double> disk,
      double operations,
      Optional<Double> seconds,
      Optional<String> advice) {
    /// Bytes of memory at the peak.
    public double memoryTotal() {
      return PlannedMemory.sum(memory);
    }

    /// Bytes of disk.
    public double diskTotal() {
      return PlannedMemory.sum(disk);
    }
  }

  /// Plans a recipe's trainings: those of the paper, and `dpo` where the recipe has that section.
  ///
  /// @param shape of all models
  /// @param saving what the trainings do without
  /// @throws IllegalArgumentException for a section of the recipe that is wrong
  public static Plan of(
      Recipe recipe,
      GptConfig shape,
      Precision precision,
      MemorySaving saving,
      DataLengths data,
      PlanMachine machine) {
    var asked = recipe.root().entries().keySet();
    var stages =
        new RecipeStages(recipe, shape, precision, data)
            .all().stream()
                .filter(stage -> !stage.name().equals("dpo") || asked.contains("dpo"))
                .map(stage -> planned(stage, machine, saving))
                .toList();
    var subject =
        "%,d parameters (%d layers of width %d, context %d, vocabulary %,d) in %s"
            .formatted(
                shape.parameters(),
                shape.layers(),
                shape.width(),
                shape.context(),
                shape.vocabulary(),
                precision);
    return new Plan(subject, machine, data, stages);
  }

  private static Stage planned(PlannedStage stage, PlanMachine machine, MemorySaving saving) {
    var choice = new Choice(stage.rows(), saving);
    var labour = saving.recompute() ? stage.labour().recomputing() : stage.labour();
    var memory = stage.parts(choice, machine.devices());
    if (machine.program() > 0) {
      memory.put("the program", machine.program());
    }
    return new Stage(
        stage.name(),
        memory,
        stage.disk(),
        labour.operations(),
        machine.rate().map(rate -> labour.seconds(rate * machine.devices())),
        new PlanAdvice(stage, machine, saving).text());
  }

  /// For people.
  public String table() {
    var text = new StringBuilder();
    text.append(subject).append('\n');
    text.append("on ").append(machine.words());
    machine
        .rate()
        .ifPresent(rate ->
            text.append(", matrix products at %.0f GFLOP/s at best".formatted(rate * 1e-9)));
    text.append("\nwith ").append(data.source()).append("\n\n");
    text.append(overview()).append('\n').append(parts());
    stages.forEach(stage ->
        stage
            .advice()
            .ifPresent(
                advice -> text.append("\n%s does not fit: %s\n".formatted(stage.name, advice))));
    if (machine.devices() > 1) {
      text.append(
          "\nWhat does not depend on the rows of a pass is divided among the GPUs, which this program does not do yet.\n");
    }
    return text.toString();
  }

  private Table overview() {
    var lines = new ArrayList<List<String>>();
    lines.add(List.of("stage", "memory", "fits", "time", "disk"));
    for (var stage : stages) {
      lines.add(
          List.of(
              stage.name,
              Bytes.words(stage.memoryTotal()),
              stage.advice.isEmpty() ? "yes" : "no",
              stage.seconds.map(Plan::time).orElse("-"),
              Bytes.words(stage.diskTotal())));
    }
    return new Table(lines);
  }

  private Table parts() {
    var names = new LinkedHashSet<String>();
    stages.forEach(stage -> names.addAll(stage.memory.keySet()));
    var lines = new ArrayList<List<String>>();
    var header = new ArrayList<>(List.of("memory"));
    stages.forEach(stage -> header.add(stage.name));
    lines.add(header);
    for (var name : names) {
      var line = new ArrayList<>(List.of(name));
      stages.forEach(stage ->
          line.add(stage.memory.containsKey(name) ? Bytes.words(stage.memory.get(name)) : "-"));
      lines.add(line);
    }
    return new Table(lines);
  }

  static String time(double seconds) {
    if (seconds < 99.5) {
      return "%.0f s".formatted(seconds);
    }
    if (seconds < 99.5 * 60) {
      return "%.0f min".formatted(seconds / 60);
    }
    return seconds < 99.5 * 3600
        ? "%.0f h".formatted(seconds / 3600)
        : "%,.0f days".formatted(seconds / 86_400);
  }

  /// For programs.
  public ObjectNode json() {
    var all = JsonNodeFactory.instance.objectNode();
    all.put("subject", subject).put("data", data.source());
    var on = all.putObject("machine").put("memory", machine.memory());
    on.put("devices", machine.devices());
    machine.rate().ifPresent(rate -> on.put("operations_per_second", rate));
    var list = all.putArray("stages");
    for (var stage : stages) {
      var node = list.addObject().put("stage", stage.name).put("memory", stage.memoryTotal());
      stage.memory.forEach(node.putObject("memory_parts")::put);
      node.put("disk", stage.diskTotal());
      stage.disk.forEach(node.putObject("disk_parts")::put);
      node.put("operations", stage.operations).put("fits", stage.advice.isEmpty());
      stage.seconds.ifPresent(seconds -> node.put("seconds", seconds));
      stage.advice.ifPresent(advice -> node.put("advice", advice));
    }
    return all;
  }
}
