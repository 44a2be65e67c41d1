package org.instructgpt.ppo;

import org.instructgpt.model.Adapter;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.ScalarModel;
import org.jspecify.annotations.Nullable;

/// The networks of PPO. Policy and value network learn, reference and reward model are frozen.
///
/// @param policy answers, and learns to; starts as the supervised policy
/// @param reference the supervised policy, which the KL penalty keeps the policy near; frozen
/// @param reward scores responses; frozen
/// @param value predicts what a response will earn; starts as the reward model. None where
///   responses to a prompt are compared with each other ([Settings.Group])
public record PpoModels(
    Gpt policy, Gpt reference, ResponseScorer reward, @Nullable ScalarModel value) {
  /// Checks that the other networks can read whatever the policy can.
  ///
  /// @throws IllegalArgumentException if one has a smaller context or another vocabulary
  public PpoModels {
    var own = policy.config();
    require("reference", own.context(), reference.config().context(), "context");
    require("reference", own.vocabulary(), reference.config().vocabulary(), "vocabulary");
    if (value != null) {
      require("value network", own.context(), value.config().context(), "context");
      require("value network", own.vocabulary(), value.config().vocabulary(), "vocabulary");
    }
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

  /// The same with an adapter: the policy is `supervised` with it, and with the adapter off it is
  /// the reference.
  ///
  /// @param policy of `supervised`
  public static PpoModels adapted(
      Gpt supervised, Adapter policy, ResponseScorer reward, @Nullable ScalarModel value) {
    return new PpoModels(supervised.with(policy), supervised, reward, value);
  }

  /// What a run begins with (paper sections 3.5 and C.4): `supervised` becomes the policy, a copy
  /// of it the reference, a copy of the reward model, bias included, the value network. The copies
  /// belong to the scope that is open.
  public static PpoModels start(Gpt supervised, ScalarModel rewardModel) {
    var device = supervised.parameters().flat().device();
    var value = new ScalarModel(rewardModel.config(), rewardModel.precision(), device);
    value.parameters().copyFrom(rewardModel.parameters());
    return start(supervised, rewardModel::rewards, value);
  }

  /// The same with any reward, and any value network or none.
  public static PpoModels start(
      Gpt supervised, ResponseScorer reward, @Nullable ScalarModel value) {
    var device = supervised.parameters().flat().device();
    var reference = new Gpt(supervised.config(), supervised.precision(), device);
    reference.parameters().copyFrom(supervised.parameters());
    return new PpoModels(supervised, reference, reward, value);
  }
}
