package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardScorerTest {
  private static final Tokenizer TOKENIZER =
      BpeTrainer.train(List.of("the cat sat on the mat, the dog sat on the log"), 270);

  @TempDir private Path folder;

  @Test
  void ourModelsReadFramedTextsAndThoseOfOtherProgramsReadThemAsTheyAre() throws IOException {
    var framed = PromptTemplate.DEFAULT.frame(TOKENIZER, "the cat", "sat");
    var plain = new EncodedExample(TOKENIZER.encode("the cat"), TOKENIZER.encode("sat"));

    assertThat(score("reward")).isEqualTo(reward(framed));
    assertThat(score("made elsewhere")).isEqualTo(reward(plain)).isNotEqualTo(reward(framed));
  }

  private double score(String stage) throws IOException {
    var model = Files.createDirectory(folder.resolve(stage));
    try (var _ = Scope.open()) {
      Checkpoint.save(model(), TOKENIZER, new Lineage(stage, Map.of(), Map.of()), model);
    }
    try (var scorer = RewardScorer.open(model)) {
      return scorer.score("the cat", "sat");
    }
  }

  private static double reward(EncodedExample example) {
    try (var _ = Scope.open()) {
      return SequenceScorer.inOrder(1).rewards(model(), List.of(example))[0];
    }
  }

  private static ScalarModel model() {
    var config = GptConfig.small(2, 16, 2, 48, 280);
    var policy = new Gpt(config, Precision.FULL, Device.CPU);
    policy.initialize(new Randomness(7));
    var model = new ScalarModel(config, Precision.FULL, Device.CPU);
    model.initializeFrom(policy, new Randomness(8));
    return model;
  }
}
