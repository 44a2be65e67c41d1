/// Training of a reward model from rankings: [RewardModeling] trains it with the K-wise
/// [RankingLoss], [RewardShift] puts its zero at the demonstrations, [RewardReport] and
/// [CrossValidation] measure it.
@org.jspecify.annotations.NullMarked
package org.instructgpt.reward;
