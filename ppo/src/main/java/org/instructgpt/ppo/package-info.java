/// Reinforcement learning of a policy from a reward model, a rule or a service: PPO and PPO-ptx,
/// RLOO and GRPO.
@org.jspecify.annotations.NullMarked
package org.instructgpt.ppo;
