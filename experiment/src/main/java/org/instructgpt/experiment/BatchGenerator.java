package org.instructgpt.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.instructgpt.model.Checkpoint;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.Sequences;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;

/// Models at work on many prompts: what they answer, what a reward model says of answers, and how
/// far a policy has moved. Prompts and responses are framed as in training.
///
/// Everything is computed in one precision, given by the caller, and depends on nothing but the
/// arguments.
///
/// @param precision of all models
record BatchGenerator(Precision precision) {
  private static final int ROWS = 128;

  /// What a model wrote.
  ///
  /// @param text without the end-of-text token
  /// @param tokens with it
  /// @param logProb of all the tokens, in nats
  /// @param finished whether it ended by itself; without, a limit cut it off and no end of text is
  ///   among the tokens
  record Answer(String text, int[] tokens, double logProb, boolean finished) {}

  /// The longest answer in the little world, in tokens.
  private static final int LONGEST = 48;

  /// As policies are sampled in the paper: at temperature 1.
  static Manner manner(long seed) {
    return new Manner(LONGEST, 1, seed);
  }

  /// How answers are sampled.
  ///
  /// @param longest in tokens
  /// @param temperature 0 for the likeliest
  record Manner(int longest, double temperature, long seed) {}

  /// One answer to each prompt.
  List<Answer> answers(Path model, List<String> prompts, Manner manner) throws IOException {
    return answers(model, "", prompts, manner);
  }

  /// One answer to each prompt after a few-shot prefix, as people ask a plain language model: what
  /// it goes on to write after a blank line is no longer the answer.
  ///
  /// @param prefix examples, with the blank lines after them; may be empty
  List<Answer> continuations(Path model, String prefix, List<String> prompts, Manner manner)
      throws IOException {
    return answers(model, prefix, prompts, manner).stream()
        .map(answer -> {
          int end = answer.text.indexOf("\n\n");
          return end < 0
              ? answer
              : new Answer(answer.text.substring(0, end), answer.tokens, answer.logProb, true);
        })
        .toList();
  }

  private List<Answer> answers(Path model, String prefix, List<String> prompts, Manner manner)
      throws IOException {
    var tokenizer = Checkpoint.tokenizer(model);
    var settings =
        new Sampler.Settings(manner.longest, manner.temperature, manner.seed, ROWS, true);
    try (var _ = Scope.open()) {
      var gpt = load(model);
      int room = gpt.config().context() - manner.longest;
      var asked =
          prompts.stream()
              .map(prompt -> last(PromptTemplate.DEFAULT.prompt(tokenizer, prefix + prompt), room))
              .toList();
      return new Sampler(gpt, tokenizer, settings)
          .sample(asked, 0).stream().map(sampled -> answer(tokenizer, sampled)).toList();
    }
  }

  /// The end of what does not fit, as a playground cuts it.
  private static int[] last(int[] ids, int room) {
    return ids.length <= room ? ids : Arrays.copyOfRange(ids, ids.length - room, ids.length);
  }

  private static Answer answer(Tokenizer tokenizer, Sampler.Sampled sampled) {
    int[] ids = sampled.tokens();
    boolean finished = sampled.finish() == Sampler.Finish.STOP;
    int words = finished ? ids.length - 1 : ids.length;
    double logProb = 0;
    for (float each : sampled.logProbs()) {
      logProb += each;
    }
    // The byte 0 is a token too, and no store and no page takes it.
    var text = tokenizer.decode(Arrays.copyOf(ids, words)).replace('\0', '\uFFFD').strip();
    return new Answer(text, ids, logProb, finished);
  }

  /// A text as the ids of an answer that ended by itself.
  int[] ids(Path model, String answer) throws IOException {
    return PromptTemplate.DEFAULT.response(Checkpoint.tokenizer(model), answer);
  }

  /// A text as the ids of an answer that ended by itself or was cut off.
  int[] ids(Path model, Answer answer) throws IOException {
    return PromptTemplate.DEFAULT.response(
        Checkpoint.tokenizer(model), answer.text, answer.finished);
  }

  /// The reward of each answer.
  double[] rewards(Path rewardModel, List<String> prompts, List<int[]> answers) throws IOException {
    var tokenizer = Checkpoint.tokenizer(rewardModel);
    try (var _ = Scope.open()) {
      var judge = Checkpoint.loadRewardModel(rewardModel, precision, Device.CPU);
      return inParts(
          prompts, answers, tokenizer, judge.config().context(), batch -> rewards(judge, batch));
    }
  }

  private static double[] rewards(ScalarModel judge, Sequences batch) {
    return judge.rewards(batch).doubles();
  }

  /// The log-probability of each whole answer under a model, in nats.
  double[] logProbs(Path model, List<String> prompts, List<int[]> answers) throws IOException {
    var tokenizer = Checkpoint.tokenizer(model);
    try (var _ = Scope.open()) {
      var gpt = load(model);
      return inParts(
          prompts, answers, tokenizer, gpt.config().context(), batch -> sums(gpt, batch));
    }
  }

  private static double[] sums(Gpt gpt, Sequences batch) {
    double[] each = LogProbs.ofResponses(gpt, batch, 1, Dropout.NONE).doubles();
    int[] lengths = batch.responseLengths();
    double[] sums = new double[lengths.length];
    int at = 0;
    for (int row = 0; row < lengths.length; row++) {
      sums[row] = Arrays.stream(each, at, at + lengths[row]).sum();
      at += lengths[row];
    }
    return sums;
  }

  private interface Measure {
    double[] of(Sequences batch);
  }

  private static double[] inParts(
      List<String> prompts,
      List<int[]> answers,
      Tokenizer tokenizer,
      int context,
      Measure measure) {
    var parts = new ArrayList<double[]>();
    for (int from = 0; from < prompts.size(); from += ROWS) {
      int end = Math.min(prompts.size(), from + ROWS);
      var someAnswers = answers.subList(from, end);
      var asked = new ArrayList<int[]>();
      for (int i = from; i < end; i++) {
        int[] ids = PromptTemplate.DEFAULT.prompt(tokenizer, prompts.get(i));
        asked.add(last(ids, context - answers.get(i).length));
      }
      parts.add(
          Scope.constant(() -> {
            try (var _ = Scope.open()) {
              return measure.of(Sequences.of(asked, someAnswers, Device.CPU));
            }
          }));
    }
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private Gpt load(Path model) throws IOException {
    return Checkpoint.loadLanguageModel(model, precision, Device.CPU);
  }
}
