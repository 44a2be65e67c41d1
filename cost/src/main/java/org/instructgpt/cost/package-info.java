/// What each stage costs: operations and bytes counted from the shapes, memory foretold, speed
/// measured.
///
/// [GptOperations] counts the matrix products, [MachineRates] are what a machine does at best, and
/// their quotient is the floor under the time of a [StageWork], which a [StageBenchmark] measures.
///
/// [ModelMemory] counts the tensors that a pass makes, and a [Plan] adds them up for the trainings
/// of a recipe.
@org.jspecify.annotations.NullMarked
package org.instructgpt.cost;
