package org.instructgpt.project;

import org.instructgpt.ppo.RewardRule;
import org.instructgpt.ppo.RewardService;

/// What scores the responses of reinforcement learning.
public sealed interface RewardSource {
  /// A reward model.
  ///
  /// @param name a name in the workspace or a folder
  record Model(String name) implements RewardSource {}

  /// A rule.
  record Rule(RewardRule rule) implements RewardSource {}

  /// An HTTP service.
  ///
  /// @param settings where it is and how patient one is with it
  record Service(RewardService.Settings settings) implements RewardSource {}

  /// What a model's lineage says of it.
  default String description() {
    return switch (this) {
      case Model(var name) -> "reward model " + name;
      case Rule(var rule) -> "rule " + rule.description();
      case Service(var settings) -> "service " + settings.address();
    };
  }
}
