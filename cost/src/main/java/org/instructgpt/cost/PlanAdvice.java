package org.instructgpt.cost;

import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalInt;
import org.instructgpt.cost.PlannedStage.Choice;

/// What to change where a training does not fit into memory: first what costs nothing but speed
/// (fewer rows at once), then what rounds (moments in bfloat16), then what money buys (more
/// devices, more memory).
///
/// @param stage that shall fit
/// @param machine it shall fit on
/// @param halfMoments whether Adam's moments are in bfloat16 anyway
record PlanAdvice(PlannedStage stage, PlanMachine machine, boolean halfMoments) {
  private static final int MOST_DEVICES = 4096;

  /// Empty if it fits.
  Optional<String> text() {
    if (fits(stage.rows(), halfMoments, machine.devices())) {
      return Optional.empty();
    }
    var fewer = rows(halfMoments);
    if (fewer.isPresent()) {
      return Optional.of("set %s".formatted(stage.setting().apply(fewer.getAsInt())));
    }
    var half = rows(true);
    if (half.isPresent()) {
      return Optional.of(
          "set %s and --moments bfloat16".formatted(stage.setting().apply(half.getAsInt())));
    }
    return Optional.of(more());
  }

  private boolean fits(int rows, boolean half, int devices) {
    return needed(rows, half, devices) <= machine.memory();
  }

  private double needed(int rows, boolean half, int devices) {
    return stage.total(new Choice(rows, half), devices) + machine.program();
  }

  /// The most rows that fit, halving from what is set.
  private OptionalInt rows(boolean half) {
    for (int rows = stage.rows(); rows >= 1; rows /= 2) {
      if (fits(rows, half, machine.devices())) {
        return OptionalInt.of(rows);
      }
    }
    return OptionalInt.empty();
  }

  private String more() {
    var ways = new ArrayList<String>();
    double least = needed(1, true, machine.devices());
    ways.add(
        "with %s and --moments bfloat16 it needs %s; take that much memory"
            .formatted(stage.setting().apply(1), Bytes.words(least)));
    if (machine.program() == 0) {
      for (int devices = 2 * machine.devices(); devices <= MOST_DEVICES; devices *= 2) {
        if (fits(1, false, devices)) {
          ways.add("or --gpus %d".formatted(devices));
          break;
        }
      }
    }
    ways.add("or make the model smaller: model.context, model.layers, model.width");
    return String.join(", ", ways);
  }
}
