package org.instructgpt.cost;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.instructgpt.cost.PlannedMemory.Part;
import org.instructgpt.cost.PlannedStage.Choice;
import org.instructgpt.dpo.Dpo;
import org.instructgpt.model.Adapter;
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

  /// Ids that two bytes hold ([org.instructgpt.model.TokenFile]).
  private static final int SHORT_IDS = 1 << 16;

  private static final double TEXT_BYTES_A_TOKEN = 4;

  List<PlannedStage> all() {
    return List.of(
        pretrain(recipe.settings("pretrain", Pretraining.Settings.paper(PRESET))),
        sft("sft", recipe.settings("sft", Sft.Settings.paper(PRESET))),
        sft("supervised", recipe.settings("supervised", Sft.Settings.supervised(PRESET))),
        reward(recipe.settings("reward", RewardModeling.Settings.paper())),
        ppo(recipe.settings("ppo", Settings.paper(PRESET))),
        dpo(recipe.settings("dpo", Dpo.Settings.paper())));
  }

  private Adapter.Settings adapter() {
    return recipe.settings("adapter", Adapter.Settings.OFF);
  }

  /// The share of a model's parameters that is trained after pretraining: all, or an adapter on
  /// every product of the blocks, which is the most that its settings can mean.
  private double trained() {
    return adapter().isOn()
        ? adapter().rank() * Widths.of(shape).adapted() * shape.layers() / shape.parameters()
        : 1;
  }

  private ModelMemory model() {
    return new ModelMemory(shape, precision);
  }

  /// As passes need it that save memory so.
  private ModelMemory model(Choice choice) {
    return new ModelMemory(shape, precision, choice.saving().recompute());
  }

  private GptOperations operations() {
    return new GptOperations(shape);
  }

  private PlannedStage pretrain(Pretraining.Settings settings) {
    int context = shape.context();
    double tokens = (double) settings.steps() * settings.batchSize() * context;
    var disk = disk(1, 1);
    if (data.text() > 0) {
      int bytes = shape.vocabulary() <= SHORT_IDS ? 2 : 4;
      disk.put("tokens of the text", data.text() / TEXT_BYTES_A_TOKEN * bytes);
    }
    boolean dropout = shape.residualDropout() > 0;
    return new PlannedStage(
        "pretrain",
        rows -> "pretrain.micro_batch_size=" + rows,
        Math.min(settings.microBatchSize(), settings.batchSize()),
        choice -> learning(choice, 1).pass(windows(model(choice), choice.rows(), dropout)),
        disk,
        new TrainingOperations(tokens * operations().trainingToken(context), 0, 0));
  }

  private PlannedStage sft(String name, Sft.Settings settings) {
    var rows = data.demonstrations().within(shape.context());
    double mix = settings.pretrainingMix() / (1 - settings.pretrainingMix());
    int context = shape.context();
    boolean dropout = settings.residualDropout() > 0;
    return new PlannedStage(
        name,
        micro -> name + ".micro_batch_size=" + micro,
        Math.min(settings.microBatchSize(), settings.batchSize()),
        choice -> {
          var memory = learning(choice, trained());
          memory.pass(
              languagePass(
                  new Pass(model(choice), rows.most(choice.rows()), rows.keys(), dropout),
                  choice.rows() * Math.min(settings.maxResponseTokens(), rows.response())));
          if (mix > 0) {
            double together = Math.max(1, Math.round(settings.batchSize() * mix));
            memory.pass(windows(model(choice), Math.min(choice.rows(), together), dropout));
          }
          return memory;
        },
        disk(1, trained()),
        new TrainingOperations(
            GptOperations.WITH_GRADIENTS
                * settings.epochs()
                * (operations().blocks(rows.tokens(), rows.keys())
                    + operations().unembedding(rows.count() * rows.response())
                    + operations().sequences(rows.count() * mix, context, context)),
            0,
            0));
  }

  private PlannedStage reward(RewardModeling.Settings settings) {
    var rows = data.rankings().within(shape.context());
    double batch = Math.min(settings.batchPrompts(), Math.max(1, data.ranked()));
    double whole = batch * data.judged();
    double prompts = data.judged() == 0 ? 0 : rows.prompt() / data.judged();
    return new PlannedStage(
        "reward",
        tokens -> "reward.micro_batch_tokens=" + tokens,
        settings.microBatchTokens(),
        choice -> {
          double tokens = Math.min(whole, Math.max(data.largest(), choice.rows()));
          double copied = tokens * prompts * data.completions();
          var memory = learning(choice, trained());
          var model = model(choice);
          var parts = scalarPass(new Pass(model, tokens, rows.keys(), false));
          double own = tokens * (1 - prompts);
          parts.merge(Part.ACTIVATIONS, model.packing(tokens, own, copied), Double::sum);
          return memory.pass(parts);
        },
        disk(1, trained()),
        new TrainingOperations(
            GptOperations.WITH_GRADIENTS
                * settings.epochs()
                * operations().blocks(data.ranked() * data.judged(), rows.keys()),
            0,
            0));
  }

  /// The policy learns; of the reference only numbers are kept, read in a pass over everything.
  private PlannedStage dpo(Dpo.Settings settings) {
    var rows = data.rankings().within(shape.context());
    double batch = Math.min(settings.batchPrompts(), Math.max(1, data.ranked()));
    double whole = batch * data.judged();
    double prompts = data.judged() == 0 ? 0 : rows.prompt() / data.judged();
    double once =
        operations().blocks(data.ranked() * data.judged(), rows.keys())
            + operations().unembedding(rows.count() * rows.response());
    return new PlannedStage(
        "dpo",
        tokens -> "dpo.micro_batch_tokens=" + tokens,
        settings.microBatchTokens(),
        choice -> {
          double tokens = Math.min(whole, Math.max(data.largest(), choice.rows()));
          double own = tokens * (1 - prompts);
          double copied = tokens * prompts * data.completions();
          var memory = learning(choice, trained());
          var model = model(choice);
          var parts = languagePass(new Pass(model, tokens, rows.keys(), false), own);
          parts.merge(Part.ACTIVATIONS, model.packing(tokens, own, copied), Double::sum);
          return memory.pass(parts);
        },
        disk(1, trained()),
        new TrainingOperations(GptOperations.WITH_GRADIENTS * settings.epochs() * once, once, 0));
  }

  /// Policy and value network learn; reference and reward model are frozen, and where adapters are
  /// trained the same weights serve both. The pretraining gradient is collected beside PPO's. Where
  /// responses are compared with each other there is no value network.
  private PlannedStage ppo(Settings settings) {
    int context = shape.context();
    int response = Math.min(settings.sampling().maxResponseTokens(), context / 2);
    var prompts = data.prompts().within(context - response);
    var episodes = prompts.answered(response);
    boolean ptx = settings.ptx().coefficient() > 0;
    int networks = settings.objective().group() == null ? 1 : 0; // that predict values
    int most = Math.min(settings.sampling().rows(), settings.batchSize());
    int own = settings.microBatchSize();
    var disk = disk(1 + networks, trained());
    double average = trained() * model().parameters();
    disk.merge("checkpoints to resume from", CHECKPOINTS * average, Double::sum);
    return new PlannedStage(
        "ppo",
        rows ->
            "ppo.micro_batch_size=%d".formatted(rows)
                + (rows < own ? " ppo.sampling.rows=%d".formatted(sampled(most, rows, own)) : ""),
        own,
        choice -> {
          int rows = Math.min(choice.rows(), settings.minibatchSize());
          var memory =
              learning(choice, trained())
                  .state(Part.PARAMETERS, model().parameters() * networks)
                  .state(
                      Part.GRADIENTS, trained() * model().gradients() * (networks + (ptx ? 1 : 0)))
                  .state(Part.MOMENTS, trained() * model().moments(choice.halfMoments()) * networks)
                  .state(Part.AVERAGE, average)
                  .state(Part.FROZEN, model().parameters() * (adapter().isOn() ? 1 - networks : 2));
          memory.pass(samplingPass(sampled(most, choice.rows(), own), prompts.longest(), response));
          memory.pass(
              languagePass(
                  new Pass(model(choice), episodes.most(rows), episodes.keys(), false),
                  (double) rows * response));
          if (ptx) {
            double all = (double) settings.ptx().ratio() * settings.minibatchSize();
            memory.pass(windows(model(choice), Math.min(choice.rows(), all), false));
          }
          return memory;
        },
        disk,
        labour(settings, prompts.mean(), response));
  }

  /// Rows that are sampled together: fewer where fewer learn together.
  private static int sampled(int most, int rows, int own) {
    return (int) Math.max(1, (long) most * Math.min(rows, own) / own);
  }

  private TrainingOperations labour(Settings settings, double prompt, double response) {
    double episodes = (double) settings.iterations() * settings.batchSize();
    double language = operations().sequences(episodes, prompt + response, response);
    double scalar = operations().sequences(episodes, prompt + response, 0);
    double windows = settings.ptx().coefficient() > 0 ? episodes * settings.ptx().ratio() : 0;
    double text = operations().sequences(windows, shape.context(), shape.context());
    int networks = settings.objective().group() == null ? 1 : 0; // that predict values
    double learned = settings.innerEpochs() * (language + networks * scalar + text);
    return new TrainingOperations(
        GptOperations.WITH_GRADIENTS * learned,
        2 * language + (1 + networks) * scalar,
        operations().sampling(episodes, prompt, response));
  }

  /// @param trained the share of the parameters that is; an adapter's are beside the model's
  private PlannedMemory learning(Choice choice, double trained) {
    double beside = trained < 1 ? trained : 0;
    return new PlannedMemory()
        .state(Part.PARAMETERS, (1 + beside) * model().parameters())
        .state(Part.GRADIENTS, trained * model().gradients())
        .state(Part.MOMENTS, trained * model().moments(choice.halfMoments()));
  }

  /// Tokens that go through a model forward and backward.
  ///
  /// @param model as it saves memory
  /// @param keys how many keys each of them is compared with
  private record Pass(ModelMemory model, double tokens, double keys, boolean dropout) {}

  /// Windows of text as long as the context.
  private SequencedMap<String, Double> windows(ModelMemory model, double rows, boolean dropout) {
    double tokens = rows * shape.context();
    return languagePass(new Pass(model, tokens, shape.context(), dropout), tokens);
  }

  private SequencedMap<String, Double> languagePass(Pass pass, double predicted) {
    var parts = scalarPass(pass);
    parts.put(Part.LOGITS, pass.model.logits(predicted));
    parts.put(Part.BACKWARD, pass.model.backward(pass.tokens, predicted));
    return parts;
  }

  private SequencedMap<String, Double> scalarPass(Pass pass) {
    var parts = new LinkedHashMap<String, Double>();
    parts.put(Part.WEIGHTS, pass.model.operands());
    parts.put(
        Part.ACTIVATIONS,
        pass.model.activations(pass.tokens, pass.keys)
            + (pass.dropout ? pass.model.masks(pass.tokens) : 0));
    parts.put(Part.BACKWARD, pass.model.backward(pass.tokens, 0));
    return parts;
  }

  private SequencedMap<String, Double> samplingPass(double rows, double prompt, double response) {
    var parts = new LinkedHashMap<String, Double>();
    double merged = adapter().isOn() && precision == Precision.FULL ? model().parameters() : 0;
    parts.put(Part.WEIGHTS, model().samplingOperands(rows) + merged);
    parts.put(Part.ACTIVATIONS, model().prefill(rows * prompt, prompt));
    parts.put(Part.LOGITS, model().sampledLogits(rows));
    parts.put(Part.CACHE, model().cache(rows, prompt + response));
    return parts;
  }

  /// @param learners models that are trained
  /// @param trained the share of their parameters that is
  private SequencedMap<String, Double> disk(int learners, double trained) {
    var disk = new LinkedHashMap<String, Double>();
    double state = model().parameters() + model().moments(false);
    disk.put("checkpoints to resume from", CHECKPOINTS * learners * trained * state);
    disk.put("the model", MODELS * trained * model().parameters());
    return disk;
  }
}
