package org.instructgpt.project;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.instructgpt.checkpoint.Adapters;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.checkpoint.Checkpoint.Kind;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.ppo.PpoModels;
import org.instructgpt.ppo.ResponseScorer;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;

/// The models that a training begins with, prepared for it: whole, or with a new adapter each where
/// the options ask for one. They belong to the scope that is open.
///
/// @param ends the tokens that end a response as it is framed
/// @param seed of what is drawn
record ModelsToTrain(RunOptions options, Set<Integer> ends, long seed) {

  /// A language model that learns.
  Gpt language(Path parent) throws IOException {
    var model = load(parent);
    var learns = options.adapter().isOn() ? model.with(adapter(parent, false)) : model;
    learns.trained().train(options.saving());
    tell(learns.trained(), model.parameters());
    return learns;
  }

  /// A reward model that learns: one as it is, or the body of a language model with a new head.
  ScalarModel reward(Path parent) throws IOException {
    boolean whole = !options.adapter().isOn();
    var model = rewardModel(parent, whole);
    var learns = whole ? model : model.with(adapter(parent, true));
    learns.trained().train(options.saving());
    tell(learns.trained(), model.parameters());
    return learns;
  }

  private ScalarModel rewardModel(Path parent, boolean whole) throws IOException {
    if (Checkpoint.kind(parent) == Kind.REWARD) {
      return Checkpoint.loadRewardModel(parent, options.precision(), options.device());
    }
    var model = new ScalarModel(Checkpoint.shape(parent), options.precision(), options.device());
    if (whole) {
      model.parameters().train(options.saving()); // before the body comes: memory for both is there
    }
    try (var _ = Scope.open()) {
      model.initializeFrom(load(parent), Randomness.at(seed, "head", 0));
    }
    return model;
  }

  /// The networks of PPO with a reward model.
  ///
  /// @param parent the supervised policy
  /// @param judge the reward model, from which the value network starts
  /// @param compared whether responses to a prompt are compared with each other, without a value
  ///   network
  PpoModels ppo(Path parent, Path judge, boolean compared) throws IOException {
    var supervised = load(parent);
    var reward = Checkpoint.loadRewardModel(judge, options.precision(), options.device());
    if (!options.adapter().isOn()) {
      return prepared(
          compared
              ? PpoModels.start(supervised, reward::rewards, null)
              : PpoModels.start(supervised, reward));
    }
    var value = compared ? null : reward.with(adapter(judge, true));
    return prepared(PpoModels.adapted(supervised, adapter(parent, false), reward::rewards, value));
  }

  /// The same with another reward; the value network has the policy's body and a small random head.
  PpoModels ppo(Path parent, ResponseScorer reward, boolean compared) throws IOException {
    var supervised = load(parent);
    var value = compared ? null : value(supervised);
    if (!options.adapter().isOn()) {
      return prepared(PpoModels.start(supervised, reward, value));
    }
    var adapted = value == null ? null : value.with(adapter(parent, true));
    return prepared(PpoModels.adapted(supervised, adapter(parent, false), reward, adapted));
  }

  private ScalarModel value(Gpt policy) {
    var device = policy.parameters().flat().device();
    var value = new ScalarModel(policy.config(), policy.precision(), device);
    value.initializeFrom(policy, Randomness.at(seed, "value head", 0));
    return value;
  }

  private PpoModels prepared(PpoModels models) {
    models.policy().trained().train(options.saving());
    var value = models.value();
    if (value != null) {
      value.trained().train(options.saving());
    }
    tell(models.policy().trained(), models.reference().parameters());
    return models;
  }

  private Gpt load(Path parent) throws IOException {
    var model = Checkpoint.loadLanguageModel(parent, options.precision(), options.device());
    return model.withEnds(ends);
  }

  private Adapter adapter(Path base, boolean reward) throws IOException {
    var random = Randomness.at(seed, "adapter", reward ? 1 : 0);
    return Adapters.create(base, reward, options.adapter(), random, options.device());
  }

  private void tell(Parameters trained, Parameters all) {
    if (options.adapter().isOn()) {
      long layers = trained.byName().keySet().stream().filter(n -> n.endsWith(".lora_A")).count();
      options
          .out()
          .println(
              "an adapter of rank %d in %d layers is trained, %,d parameters beside the model's %,d, which stay as they are (recipe section adapter)"
                  .formatted(options.adapter().rank(), layers, trained.count(), all.count()));
    }
  }
}
