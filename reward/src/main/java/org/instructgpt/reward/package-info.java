/// Rankings to a reward model: [RewardModeling] trains it with the K-wise [RankingLoss],
/// [RewardShift] puts its zero at the demonstrations, [RewardReport] and [CrossValidation] say what
/// it is worth.
@org.jspecify.annotations.NullMarked
package org.instructgpt.reward;
