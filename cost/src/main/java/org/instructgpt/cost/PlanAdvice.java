package org.instructgpt.cost;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import org.instructgpt.cost.PlannedStage.Choice;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.MomentPrecision;

/// What to change where a training does not fit into memory: first what costs little (fewer rows at
/// once), then what costs time (activations computed again), then what rounds (moments in
/// bfloat16), then what money buys (more devices, more memory).
///
/// @param stage that shall fit
/// @param machine it shall fit on
/// @param saving what is done without anyway
record PlanAdvice(PlannedStage stage, PlanMachine machine, MemorySaving saving) {
  private static final int MOST_DEVICES = 4096;

  /// Empty if it fits.
  Optional<String> text() {
    if (fits(new Choice(stage.rows(), saving), machine.devices())) {
      return Optional.empty();
    }
    return Optional.of(fitting(true).map(choice -> "set " + words(choice)).orElseGet(this::more));
  }

  /// The first choice that fits, halving the rows from what is set.
  ///
  /// @param round whether moments may be rounded for it
  Optional<Choice> fitting(boolean round) {
    for (var less : savings(round)) {
      for (int rows = stage.rows(); rows >= 1; rows /= 2) {
        var choice = new Choice(rows, less);
        if (fits(choice, machine.devices())) {
          return Optional.of(choice);
        }
      }
    }
    return Optional.empty();
  }

  private SequencedSet<MemorySaving> savings(boolean round) {
    var all = new LinkedHashSet<MemorySaving>();
    all.add(saving);
    all.add(new MemorySaving(saving.moments(), true));
    if (round) {
      all.add(new MemorySaving(MomentPrecision.HALF, true));
    }
    return all;
  }

  /// What to set, in the words of the recipe and the flags.
  String words(Choice choice) {
    var words = new StringBuilder(stage.setting().apply(choice.rows()));
    if (choice.saving().recompute() && !saving.recompute()) {
      words.append(" and --recompute-activations");
    }
    if (choice.saving().moments() != saving.moments()) {
      words.append(" and --moments bfloat16");
    }
    return words.toString();
  }

  private boolean fits(Choice choice, int devices) {
    return needed(choice, devices) <= machine.memory();
  }

  /// Bytes, the program's included.
  double needed(Choice choice, int devices) {
    return stage.total(choice, devices) + machine.program();
  }

  private String more() {
    var ways = new ArrayList<String>();
    var least = new Choice(1, new MemorySaving(MomentPrecision.HALF, true));
    double needed = needed(least, machine.devices());
    ways.add(
        "with %s it needs %s; take that much memory".formatted(words(least), Bytes.words(needed)));
    if (machine.program() == 0) {
      var exact = new Choice(1, new MemorySaving(saving.moments(), true));
      for (int devices = 2 * machine.devices(); devices <= MOST_DEVICES; devices *= 2) {
        if (fits(exact, devices)) {
          ways.add("or --gpus %d".formatted(devices));
          break;
        }
      }
    }
    ways.add("or make the model smaller: model.context, model.layers, model.width");
    return String.join(", ", ways);
  }
}
