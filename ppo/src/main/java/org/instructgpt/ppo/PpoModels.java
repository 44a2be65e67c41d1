package org.instructgpt.ppo;

import org.instructgpt.model.Adapter;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.ScalarModel;

/// The four networks of PPO. Two learn, two are frozen.
///
/// @param policy answers, and learns to; starts as the supervised policy
/// @param reference the supervised policy, which the KL penalty keeps the policy near; frozen
/// @param reward scores responses; frozen
/// @param value predicts what a response will earn; starts as the reward model
public record PpoModels(Gpt policy, Gpt reference, ResponseScorer reward, ScalarModel value) {
  /// Checks that the other networks can read whatever the policy can.
  ///
  /// @throws IllegalArgumentException if one has a smaller context or another vocabulary
  public PpoModels {
    var own = policy.config();
    require("reference", own.context(), reference.config().context(), "context");
    require("value network", own.context(), value.config().context(), "context");
    require("reference", own.vocabulary(), reference.config().vocabulary(), "vocabulary");
    require("value network", own.vocabulary(), value.config().vocabulary(), "vocabulary");
    if (policy == reference) {
      throw new IllegalArgumentException(
          "the reference must be a copy of the policy, since the policy will change");
    }
  }

  private static void require(String who, int policy, int other, String what) {
    if (other < policy) {
      throw new IllegalArgumentException(
          "the %s has a %s of %d, but the policy's is %d: they must share a tokenizer, and it must read as far"
              .formatted(who, what, other, policy));
    }
  }

  /// The same with adapters: the policy is `supervised` with one, and with the adapter off it is
  /// the reference; the value network is the reward model with one. The weights of both are there
  /// once.
  ///
  /// @param policy of `supervised`
  /// @param value of the reward model, with a head
  public static PpoModels adapted(
      Gpt supervised, Adapter policy, ScalarModel rewardModel, Adapter value) {
    return new PpoModels(
        supervised.with(policy), supervised, rewardModel::rewards, rewardModel.with(value));
  }

  /// What a run begins with (paper sections 3.5 and C.4): `supervised` becomes the policy, a copy
  /// of it the reference, a copy of the reward model, bias included, the value network. The copies
  /// belong to the scope that is open.
  public static PpoModels start(Gpt supervised, ScalarModel rewardModel) {
    var device = supervised.parameters().flat().device();
    var reference = new Gpt(supervised.config(), supervised.precision(), device);
    reference.parameters().copyFrom(supervised.parameters());
    var value = new ScalarModel(rewardModel.config(), rewardModel.precision(), device);
    value.parameters().copyFrom(rewardModel.parameters());
    return new PpoModels(supervised, reference, rewardModel::rewards, value);
  }
}
