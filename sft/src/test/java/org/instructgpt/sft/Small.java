package org.instructgpt.sft;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ReferenceGpt;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Parameters;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;

/// Small models, texts and settings for the tests of this module.
final class Small {
  static final Tokenizer TOKENIZER = BpeTrainer.train(List.of("a b c d e f g"), 258);
  static final GptConfig CONFIG = GptConfig.small(2, 16, 2, 24, TOKENIZER.vocabularySize());
  static final Lineage LINEAGE = new Lineage("sft", Map.of("data", "made up"), Map.of());

  private Small() {}

  static ReferenceGpt reference() {
    return new ReferenceGpt(CONFIG, ReferenceGpt.weights(Gpt.shapes(CONFIG)));
  }

  /// A float64 model with the reference's weights.
  static Gpt exact() {
    var parameters = new Parameters(Gpt.shapes(CONFIG), DType.FLOAT64, Device.CPU).train();
    reference().copyTo(parameters);
    return new Gpt(CONFIG, Precision.FULL, parameters);
  }

  /// A float32 model as training begins with it.
  static Gpt fresh() {
    return fresh(CONFIG);
  }

  static Gpt fresh(GptConfig config) {
    var gpt = new Gpt(config, Precision.FULL, Device.CPU);
    gpt.initialize(new Randomness(1));
    return gpt;
  }

  /// Prompts of 1 to 6 letters, answered by 1 to 6 others and the end of text.
  static List<EncodedExample> demonstrations(int count) {
    var random = new Random(4);
    var all = new ArrayList<EncodedExample>();
    for (int i = 0; i < count; i++) {
      int[] response = letters(random, 2 + random.nextInt(6));
      response[response.length - 1] = TOKENIZER.endOfText();
      all.add(new EncodedExample(letters(random, 1 + random.nextInt(6)), response));
    }
    return all;
  }

  private static int[] letters(Random random, int count) {
    return random.ints(count, 'a', 'z' + 1).toArray();
  }

  /// Text with a rule: the alphabet again and again, from another letter in each document.
  static PlainText alphabet() {
    return new PlainText(corpus(40, 0), corpus(8, 3));
  }

  private static Corpus corpus(int documents, int from) {
    var letters = "abcdefghijklmnopqrstuvwxyz".repeat(3);
    var texts = new ArrayList<String>();
    for (int i = 0; i < documents; i++) {
      int start = (from + 5 * i) % 26;
      texts.add(letters.substring(start, start + 30));
    }
    return Corpus.of(texts, TOKENIZER, 12);
  }

  /// SFT of `batch` demonstrations a step without dropout, in micro-batches of `rows`.
  static Sft.Settings settings(int batch, int rows) {
    return new Sft.Settings(2, batch, 1e-2, 0.1, 0, 0, 0, 0.1, 1, 8, 7, rows);
  }

  /// The same with dropout and a pretraining mix.
  static Sft.Settings settings(int batch, int rows, double dropout, double mix) {
    return new Sft.Settings(2, batch, 1e-2, 0.1, 2, dropout, mix, 0.1, 1, 8, 7, rows);
  }

  static Sft.Data data(int count) {
    return new Sft.Data(
        TOKENIZER,
        demonstrations(count),
        demonstrations(5),
        Optional.of(alphabet()),
        Optional.empty());
  }

  /// The same data with a reward model as the judge of `prompts` responses.
  static Sft.Data judged(Sft.Data data, int prompts) {
    var model = new ScalarModel(CONFIG, Precision.FULL, Device.CPU);
    model.initializeFrom(fresh(), new Randomness(2));
    var judge = Optional.of(new RewardJudge(model, prompts));
    return new Sft.Data(TOKENIZER, data.training(), data.validation(), data.pretraining(), judge);
  }

  static Sft sft(Gpt model, Sft.Data data, Sft.Settings settings) {
    return new Sft(model, data, settings, LINEAGE);
  }

  static Pretraining.Settings pretraining(int steps, int batch, int rows) {
    return new Pretraining.Settings(steps, batch, 1e-2, 0.1, 3, 0.1, 1, 0, 0, 7, rows);
  }
}
