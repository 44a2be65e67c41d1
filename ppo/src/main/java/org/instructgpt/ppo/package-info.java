/// Prompts and a reward model to a policy: PPO and PPO-ptx.
@org.jspecify.annotations.NullMarked
package org.instructgpt.ppo;
