package org.instructgpt.cost;

import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.MomentPrecision;

/// A training that a recipe describes: what it will need.
///
/// @param name of the recipe's section
/// @param setting the settings that let so many rows, or tokens, be in memory at once
/// @param rows how many these are in the recipe
/// @param memory as it depends on that setting and on what is done without
/// @param disk bytes, part by part
/// @param labour operations of the whole training
record PlannedStage(
    String name,
    IntFunction<String> setting,
    int rows,
    Function<Choice, PlannedMemory> memory,
    SequencedMap<String, Double> disk,
    TrainingOperations labour) {

  /// What may be changed where the memory is too small, without changing the result but by
  /// rounding.
  ///
  /// @param rows rows, or tokens, in memory at once
  /// @param saving what is done without
  record Choice(int rows, MemorySaving saving) {
    boolean halfMoments() {
      return saving.moments() == MomentPrecision.HALF;
    }
  }

  /// The parts of the memory of each device.
  SequencedMap<String, Double> parts(Choice choice, int devices) {
    return memory.apply(choice).parts(devices);
  }

  double total(Choice choice, int devices) {
    return PlannedMemory.sum(parts(choice, devices));
  }
}
