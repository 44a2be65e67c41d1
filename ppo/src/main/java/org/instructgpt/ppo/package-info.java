/// Reinforcement learning of a policy from a reward model: PPO and PPO-ptx.
@org.jspecify.annotations.NullMarked
package org.instructgpt.ppo;
