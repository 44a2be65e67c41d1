package org.instructgpt.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;

/// Runs models on many prompts: samples answers, and computes rewards and log-probabilities of
/// answers. Prompts and responses have the same template as in training.
///
/// Everything is computed in the given precision and depends on nothing but the arguments.
///
/// @param precision of all models
record BatchGenerator(Precision precision) {
  /// Sequences in one batch.
  private static final int ROWS = 128;

  /// An answer that a model sampled.
  ///
  /// @param text without the end-of-text token
  /// @param tokens with it
  /// @param logProb of all the tokens, in nats
  /// @param finished whether the model ended it; else a limit cut it off and no end-of-text token
  ///   is among the tokens
  record Answer(String text, int[] tokens, double logProb, boolean finished) {}

  /// The most tokens of an answer.
  private static final int LONGEST = 48;

  /// The sampling of policies in the paper: at temperature 1.
  static Sampling sampling(long seed) {
    return new Sampling(LONGEST, 1, seed);
  }

  /// The settings of sampling.
  ///
  /// @param longest in tokens
  /// @param temperature 0 for greedy decoding
  record Sampling(int longest, double temperature, long seed) {}

  /// One answer to each prompt.
  List<Answer> answers(Path model, List<String> prompts, Sampling sampling) throws IOException {
    return answers(model, "", prompts, sampling);
  }

  /// One answer to each prompt after a few-shot prefix, for a plain language model: what it
  /// continues with after a blank line is not part of the answer.
  ///
  /// @param prefix examples, with the blank lines after them; may be empty
  List<Answer> continuations(Path model, String prefix, List<String> prompts, Sampling sampling)
      throws IOException {
    return answers(model, prefix, prompts, sampling).stream()
        .map(answer -> {
          int end = answer.text.indexOf("\n\n");
          return end < 0
              ? answer
              : new Answer(answer.text.substring(0, end), answer.tokens, answer.logProb, true);
        })
        .toList();
  }

  private List<Answer> answers(Path model, String prefix, List<String> prompts, Sampling sampling)
      throws IOException {
    var tokenizer = Checkpoint.tokenizer(model);
    var settings =
        new Sampler.Settings(sampling.longest, sampling.temperature, sampling.seed, ROWS, true);
    try (var _ = Scope.open()) {
      var gpt = load(model);
      int room = gpt.config().context() - sampling.longest;
      var asked =
          prompts.stream()
              .map(prompt ->
                  tokenizer.last(PromptTemplate.DEFAULT.prompt(tokenizer, prefix + prompt), room))
              .toList();
      return new Sampler(gpt, tokenizer, settings)
          .sample(asked, 0).stream().map(sampled -> answer(tokenizer, sampled)).toList();
    }
  }

  private static Answer answer(Tokenizer tokenizer, Sampler.Sampled sampled) {
    int[] ids = sampled.tokens();
    boolean finished = sampled.finish() == Sampler.Finish.STOP;
    int words = finished ? ids.length - 1 : ids.length;
    double logProb = 0;
    for (float each : sampled.logProbs()) {
      logProb += each;
    }
    // The byte 0 is a token too, but stores and pages do not accept it.
    var text = tokenizer.decode(Arrays.copyOf(ids, words)).replace('\0', '\uFFFD').strip();
    return new Answer(text, ids, logProb, finished);
  }

  /// The tokens of a text as a finished answer.
  int[] ids(Path model, String answer) throws IOException {
    return PromptTemplate.DEFAULT.response(Checkpoint.tokenizer(model), answer);
  }

  /// The tokens of an answer, finished or cut off.
  int[] ids(Path model, Answer answer) throws IOException {
    return PromptTemplate.DEFAULT.response(
        Checkpoint.tokenizer(model), answer.text, answer.finished);
  }

  /// The reward of each answer.
  double[] rewards(Path rewardModel, List<String> prompts, List<int[]> answers) throws IOException {
    var tokenizer = Checkpoint.tokenizer(rewardModel);
    try (var _ = Scope.open()) {
      var model = Checkpoint.loadRewardModel(rewardModel, precision, Device.CPU);
      return SequenceScorer.inOrder(ROWS)
          .rewards(model, examples(tokenizer, model.config().context(), prompts, answers));
    }
  }

  /// The log-probability of each whole answer under a model, in nats.
  double[] logProbs(Path model, List<String> prompts, List<int[]> answers) throws IOException {
    var tokenizer = Checkpoint.tokenizer(model);
    try (var _ = Scope.open()) {
      var gpt = load(model);
      return SequenceScorer.inOrder(ROWS)
          .logProbs(gpt, examples(tokenizer, gpt.config().context(), prompts, answers))
          .stream()
          .mapToDouble(each -> Arrays.stream(each).sum())
          .toArray();
    }
  }

  private static List<EncodedExample> examples(
      Tokenizer tokenizer, int context, List<String> prompts, List<int[]> answers) {
    return IntStream.range(0, prompts.size())
        .mapToObj(i -> {
          int[] prompt = PromptTemplate.DEFAULT.prompt(tokenizer, prompts.get(i));
          int[] answer = answers.get(i);
          return new EncodedExample(tokenizer.last(prompt, context - answer.length), answer);
        })
        .toList();
  }

  private Gpt load(Path model) throws IOException {
    return Checkpoint.loadLanguageModel(model, precision, Device.CPU);
  }
}
