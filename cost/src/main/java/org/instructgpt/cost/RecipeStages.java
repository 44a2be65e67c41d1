package org.instructgpt.cost;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.instructgpt.cost.PlannedMemory.Part;
import org.instructgpt.cost.PlannedStage.Choice;
import org.instructgpt.model.GptConfig;
import org.instructgpt.ppo.Settings;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.reward.RewardModeling;
import org.instructgpt.sft.Pretraining;
import org.instructgpt.sft.Sft;
import org.instructgpt.torch.Precision;

/// The trainings of a recipe as plans. All models have the recipe's shape, the reward model and the
/// value network too.
///
/// @param recipe whose settings count, over the paper's
/// @param shape of the models
/// @param precision of matrix products
/// @param data to learn from
record RecipeStages(Recipe recipe, GptConfig shape, Precision precision, DataLengths data) {
  private static final GptConfig.Size PRESET = GptConfig.Size.XL;

  /// Checkpoints that are kept, and the one that is being written.
  private static final int CHECKPOINTS = 3;

  /// Models that are kept, and the one that is being written.
  private static final int MODELS = 2;

  private static final int TOKEN_BYTES = 4;
  private static final double TEXT_BYTES_A_TOKEN = 4;

  List<PlannedStage> all() {
    return List.of(
        pretrain(recipe.settings("pretrain", Pretraining.Settings.paper(PRESET))),
        sft("sft", recipe.settings("sft", Sft.Settings.paper(PRESET))),
        sft("supervised", recipe.settings("supervised", Sft.Settings.supervised(PRESET))),
        reward(recipe.settings("reward", RewardModeling.Settings.paper())),
        ppo(recipe.settings("ppo", Settings.paper(PRESET))));
  }

  private ModelMemory model() {
    return new ModelMemory(shape, precision);
  }

  private GptOperations operations() {
    return new GptOperations(shape);
  }

  private PlannedStage pretrain(Pretraining.Settings settings) {
    int context = shape.context();
    double tokens = (double) settings.steps() * settings.batchSize() * context;
    var disk = disk(1);
    if (data.text() > 0) {
      disk.put("tokens of the text", data.text() / TEXT_BYTES_A_TOKEN * TOKEN_BYTES);
    }
    return new PlannedStage(
        "pretrain",
        "pretrain.micro_batch_size",
        Math.min(settings.microBatchSize(), settings.batchSize()),
        choice -> learning(choice).pass(gradientPass(choice.rows(), context, context)),
        disk,
        new Labour(tokens * operations().trainingToken(context), 0, 0));
  }

  private PlannedStage sft(String name, Sft.Settings settings) {
    var rows = data.demonstrations().within(shape.context());
    int predicted = Math.min(settings.maxResponseTokens(), rows.longest());
    double read = settings.epochs() * rows.tokens();
    double mix = settings.pretrainingMix() / (1 - settings.pretrainingMix());
    double windows = settings.epochs() * rows.count() * mix;
    int context = shape.context();
    double learned =
        GptOperations.WITH_GRADIENTS
            * (operations().blocks(read, rows.mean())
                + operations().unembedding(read / 2)
                + operations().sequences(windows, context, context));
    return new PlannedStage(
        name,
        name + ".micro_batch_size",
        Math.min(settings.microBatchSize(), settings.batchSize()),
        choice -> {
          var memory = learning(choice);
          memory.pass(gradientPass(choice.rows(), rows.longest(), predicted));
          if (mix > 0) {
            int together = (int) Math.min(choice.rows(), Math.ceil(settings.batchSize() * mix));
            memory.pass(gradientPass(together, context, context));
          }
          return memory;
        },
        disk(1),
        new Labour(learned, 0, 0));
  }

  private PlannedStage reward(RewardModeling.Settings settings) {
    var rows = data.rankings().within(shape.context());
    double completions = Math.max(1, data.completions());
    double batch = Math.min(settings.batchPrompts(), Math.max(1, data.ranked()));
    double most = batch * completions * Math.max(1, rows.longest());
    double read = settings.epochs() * rows.tokens();
    return new PlannedStage(
        "reward",
        "reward.micro_batch_tokens",
        settings.microBatchTokens(),
        choice -> {
          double one = completions * rows.longest();
          double tokens = Math.min(most, Math.max(one, choice.rows()));
          return learning(choice).pass(scalarPass(tokens, rows.longest()));
        },
        disk(1),
        new Labour(GptOperations.WITH_GRADIENTS * operations().blocks(read, rows.mean()), 0, 0));
  }

  /// Policy and value network learn; reference and reward model are frozen.
  private PlannedStage ppo(Settings settings) {
    int context = shape.context();
    int response = Math.min(settings.sampling().maxResponseTokens(), context / 2);
    var prompts = data.prompts().within(context - response);
    int longest = prompts.longest() + response;
    boolean ptx = settings.ptx().coefficient() > 0;
    int sampled = Math.min(settings.sampling().rows(), settings.batchSize());
    var disk = disk(2);
    disk.merge("checkpoints to resume from", CHECKPOINTS * model().parameters(), Double::sum);
    return new PlannedStage(
        "ppo",
        "ppo.micro_batch_size",
        settings.microBatchSize(),
        choice -> {
          int rows = Math.min(choice.rows(), settings.minibatchSize());
          var memory = learning(choice);
          memory
              .state(Part.PARAMETERS, model().parameters())
              .state(Part.GRADIENTS, model().gradients() * (ptx ? 2 : 1))
              .state(Part.MOMENTS, model().moments(choice.halfMoments()))
              .state(Part.AVERAGE, model().parameters())
              .state(Part.FROZEN, 2 * model().frozen());
          memory.pass(samplingPass(sampled, prompts.longest(), response));
          memory.pass(gradientPass(rows, longest, response));
          if (ptx) {
            int windows = settings.ptx().ratio() * settings.minibatchSize();
            memory.pass(gradientPass(Math.min(choice.rows(), windows), context, context));
          }
          return memory;
        },
        disk,
        labour(settings, prompts.mean(), response));
  }

  private Labour labour(Settings settings, double prompt, double response) {
    double episodes = (double) settings.iterations() * settings.batchSize();
    double language = operations().sequences(episodes, prompt + response, response);
    double scalar = operations().sequences(episodes, prompt + response, 0);
    double windows = settings.ptx().coefficient() > 0 ? episodes * settings.ptx().ratio() : 0;
    double text = operations().sequences(windows, shape.context(), shape.context());
    double learned = settings.innerEpochs() * (language + scalar + text);
    return new Labour(
        GptOperations.WITH_GRADIENTS * learned,
        2 * (language + scalar),
        operations().sampling(episodes, prompt, response));
  }

  private PlannedMemory learning(Choice choice) {
    return new PlannedMemory()
        .state(Part.PARAMETERS, model().parameters())
        .state(Part.GRADIENTS, model().gradients())
        .state(Part.MOMENTS, model().moments(choice.halfMoments()));
  }

  private SequencedMap<String, Double> gradientPass(double rows, double length, double predicted) {
    var parts = scalarPass(rows * length, length);
    parts.put(Part.LOGITS, model().logits(rows * predicted, true));
    return parts;
  }

  private SequencedMap<String, Double> scalarPass(double tokens, double length) {
    var parts = new LinkedHashMap<String, Double>();
    parts.put(Part.WEIGHTS, model().operands());
    parts.put(Part.BACKWARD, model().backward());
    parts.put(Part.ACTIVATIONS, model().activations(tokens, length));
    return parts;
  }

  private SequencedMap<String, Double> samplingPass(double rows, double prompt, double response) {
    var parts = new LinkedHashMap<String, Double>();
    parts.put(Part.WEIGHTS, model().operands());
    parts.put(Part.ACTIVATIONS, model().scoring(rows * prompt, prompt));
    parts.put(Part.LOGITS, model().logits(rows, false));
    parts.put(Part.CACHE, model().cache(rows, prompt + response));
    return parts;
  }

  /// @param learners models that are trained
  private SequencedMap<String, Double> disk(int learners) {
    var disk = new LinkedHashMap<String, Double>();
    double state = model().parameters() + model().moments(false);
    disk.put("checkpoints to resume from", CHECKPOINTS * learners * state);
    disk.put("the model", MODELS * model().parameters());
    return disk;
  }
}
