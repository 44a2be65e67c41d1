package org.instructgpt.ppo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.model.Learner;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.Trainer;
import org.instructgpt.model.TrainerState;
import org.instructgpt.ppo.Rollout.Response;
import org.instructgpt.torch.AdamW;
import org.instructgpt.torch.Ema;
import org.instructgpt.torch.Engine;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Schedule;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;

/// Reinforcement learning from human feedback: PPO and PPO-ptx (InstructGPT sections 3.5 and C.4).
///
/// The environment is a bandit: it shows a prompt, takes a response, returns the reward model's
/// score, and the episode ends. The policy, which starts as the supervised one, is moved towards
/// responses of higher reward, in steps small enough for the estimate of the gain to hold (the
/// clip), and stays near the supervised policy, on whose outputs the reward model was trained (the
/// KL penalty). A second network predicts what a response will earn, so that the policy learns from
/// the difference to the prediction.
///
/// RLOO and GRPO differ from it in where the advantages come from ([Credit]), and GRPO in where the
/// KL penalty stands; both sample several responses to a prompt and have no value network.
///
/// Everything random is derived from the seed and the number of the iteration, so the state is the
/// two learners and the KL coefficient. Belongs to the scope it is built in.
public final class Ppo implements Trainer {
  private static final String KL_COEFFICIENT = "kl_coefficient";

  private final Settings settings;
  private final PpoModels models;
  private final PpoData data;
  private final Lineage lineage;
  private final LongSupplier nanoTime;
  private final Ema average;
  private final Learner policy;
  private final Optional<ValueLearning> value;
  private final PolicyUpdate policyUpdate;
  private final EpochOrder prompts;
  private double klCoefficient;

  private record ValueLearning(Learner learner, ValueUpdate update) {}

  /// @param lineage of the checkpoint to be made: its parents and what is known before the run
  /// @param nanoTime a clock in nanoseconds, for the seconds of each phase
  /// @throws IllegalArgumentException if there are no prompts, one leaves no room for a response,
  ///   pretraining gradients are asked for without text, or a value network is missing or there
  ///   although responses are compared with each other
  public Ppo(
      PpoModels models, PpoData data, Settings settings, Lineage lineage, LongSupplier nanoTime) {
    data.fit(models.policy().config().context());
    this.settings = settings;
    this.models = models;
    this.data = data;
    this.lineage = lineage;
    this.nanoTime = nanoTime;
    this.klCoefficient = settings.reward().klCoefficient();
    int samples = settings.objective().samples();
    this.prompts =
        new EpochOrder(data.prompts().size(), settings.batchSize() / samples, seed("prompts"));
    var learning = settings.learning();
    this.average = new Ema(models.policy().trained(), learning.emaDecay());
    this.policy =
        learner(
            "policy",
            models.policy().trained(),
            learning.policyLearningRate(),
            Optional.of(average));
    this.value = valueLearning();
    this.policyUpdate = new PolicyUpdate(models.policy(), policy, pretraining(), settings);
  }

  private Optional<ValueLearning> valueLearning() {
    var network = models.value();
    boolean compared = settings.objective().group() != null;
    if ((network == null) != compared) {
      throw new IllegalArgumentException(
          compared
              ? "objective.group compares the responses to a prompt with each other: expected no value network, found one"
              : "expected a value network, found none: give one, or compare several responses to a prompt with objective.group");
    }
    if (network == null) {
      return Optional.empty();
    }
    double peak = settings.learning().valueLearningRate();
    var learner = learner("value", network.trained(), peak, Optional.empty());
    return Optional.of(new ValueLearning(learner, new ValueUpdate(network, learner, settings)));
  }

  private Learner learner(String name, Parameters parameters, double peak, Optional<Ema> average) {
    var learning = settings.learning();
    var adam = new AdamW.Settings(0.9, 0.95, learning.adamEpsilon(), 0, learning.gradientClip());
    var schedule = Schedule.constant(peak).warmedUp(learning.warmupIterations(), 0.1);
    return new Learner(name, parameters, adam, schedule, average);
  }

  private Optional<PtxGradients> pretraining() {
    if (settings.ptx().coefficient() == 0) {
      return Optional.empty();
    }
    var corpus =
        data.pretraining()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "ptx.coefficient is %s, but there is no pretraining text: give one, or set it to 0 for plain PPO"
                        .formatted(settings.ptx().coefficient())));
    return Optional.of(new PtxGradients(corpus, settings, seed("pretraining")));
  }

  private long seed(String purpose) {
    return Randomness.mix(settings.seed(), purpose.hashCode());
  }

  /// One iteration: sample responses to a batch of prompts, score them, and learn from each
  /// minibatch `innerEpochs` times.
  @Override
  public Map<String, Double> step(long iteration) {
    try (var _ = Scope.open()) {
      var phases = new PhaseTimer(nanoTime);
      var rollout = rollout(iteration);
      Engine.freeUnused();
      phases.add("rollout");

      var scores = RolloutScores.of(models, rollout, settings.sampling().temperature());
      var advantages = Advantages.of(rollout, scores, klCoefficient, settings);
      Engine.freeUnused();
      phases.add("scoring");

      var updateMetrics = new UpdateMetrics();
      int minibatches = rollout.minibatches().size();
      for (int update = 0; update < settings.updates(); update++) {
        var minibatch = rollout.minibatches().get(update % minibatches);
        policyUpdate.apply(iteration, update, minibatch, scores, advantages, updateMetrics, phases);
        if (value.isPresent()) {
          value.get().update.apply(iteration, minibatch, scores, advantages, updateMetrics);
        }
        phases.add("update");
      }
      Engine.freeUnused();

      var metrics = RolloutMetrics.ofResponses(rollout, scores);
      metrics.putAll(RolloutMetrics.ofAdvantages(rollout, scores, advantages, klCoefficient));
      if (settings.objective().klInLoss()) {
        metrics.remove("kl_reward"); // the rewards have no such part
      }
      metrics.putAll(updateMetrics.result());
      metrics.putAll(RolloutMetrics.ofVariety(rollout));
      metrics.putAll(progress(iteration, rollout));
      metrics.putAll(phases.seconds());
      klCoefficient =
          KlControl.next(
              klCoefficient,
              RolloutMetrics.kl(rollout, scores),
              settings.batchSize(),
              settings.reward());
      return metrics;
    }
  }

  private Map<String, Double> progress(long iteration, Rollout rollout) {
    int tokens = rollout.responses().stream().mapToInt(Response::length).sum();
    var progress = new LinkedHashMap<String, Double>();
    progress.put("learning_rate", policy.learningRate(iteration));
    value.ifPresent(
        each -> progress.put("value_learning_rate", each.learner.learningRate(iteration)));
    progress.put("episodes", (double) (iteration + 1) * settings.batchSize());
    progress.put("tokens", (double) tokens);
    return progress;
  }

  /// Responses of the policy as it is to the iteration's prompts, as many to each as are compared,
  /// split into minibatches at random.
  private Rollout rollout(long iteration) {
    int samples = settings.objective().samples();
    var chosen =
        Arrays.stream(prompts.at(iteration))
            .mapToObj(data.prompts()::get)
            .flatMap(prompt -> Collections.nCopies(samples, prompt).stream())
            .toList();
    int[] order = EpochOrder.permutation(chosen.size(), seed("minibatches"), iteration);
    return rollout(chosen, seed("responses"), iteration * settings.batchSize(), order);
  }

  /// @param firstEpisode number of the first response, on which its random stream depends
  private Rollout rollout(List<int[]> prompts, long seed, long firstEpisode, int[] order) {
    var sampling = settings.sampling();
    var sampler =
        new Sampler(
                models.policy(),
                data.tokenizer(),
                new Sampler.Settings(
                    sampling.maxResponseTokens(),
                    sampling.temperature(),
                    seed,
                    sampling.rows(),
                    false))
            .exact();
    var sampled = sampler.sample(prompts, firstEpisode);
    var responses = new ArrayList<Response>();
    for (int b = 0; b < prompts.size(); b++) {
      int group = b / settings.objective().samples();
      responses.add(new Response(prompts.get(b), sampled.get(b), group));
    }
    return Rollout.of(
        responses,
        order,
        settings.minibatchSize(),
        settings.microBatchSize(),
        models.policy().parameters().flat().device());
  }

  /// Responses of the averaged policy to held-out prompts, at most a batch of them, always with the
  /// same random numbers: their score, KL, length, share that ended themselves and entropy, each
  /// with `held_out_` before its name.
  @Override
  public Map<String, Double> evaluate(long step) {
    var metrics = new LinkedHashMap<String, Double>();
    if (!data.heldOut().isEmpty()) {
      int count = Math.min(data.heldOut().size(), settings.batchSize());
      average.swappedIn(() -> {
        var some = data.heldOut().subList(0, count);
        var rollout = rollout(some, seed("held out"), 0, IntStream.range(0, count).toArray());
        var scores = RolloutScores.of(models, rollout, settings.sampling().temperature());
        RolloutMetrics.ofResponses(rollout, scores)
            .forEach((name, value) -> metrics.put("held_out_" + name, value));
      });
    }
    return metrics;
  }

  @Override
  public TrainerState state() {
    var tensors = new LinkedHashMap<String, Tensor>();
    var values = JsonNodeFactory.instance.objectNode();
    policy.save(tensors, values);
    value.ifPresent(each -> each.learner.save(tensors, values));
    values.put(KL_COEFFICIENT, klCoefficient);
    return new TrainerState(tensors, values);
  }

  @Override
  public void restore(TrainerState state) {
    var coefficient = state.values().path(KL_COEFFICIENT);
    if (!coefficient.isNumber()) {
      throw new IllegalArgumentException(
          "the saved state has no %s: it is another trainer's".formatted(KL_COEFFICIENT));
    }
    policy.restore(state);
    value.ifPresent(each -> each.learner.restore(state));
    klCoefficient = coefficient.asDouble();
  }

  /// Writes the averaged policy, which is the one to use (appendix C.4).
  @Override
  public void export(Path directory, Map<String, Object> lineage) throws IOException {
    try {
      average.swappedIn(() -> {
        try {
          var made = this.lineage.with(lineage);
          Checkpoint.save(models.policy(), data.tokenizer(), made, directory);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
