package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import org.instructgpt.files.Json;
import org.instructgpt.files.SharedData;
import org.instructgpt.model.DecoderComparison;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.Sampler;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A published model as llama2.c keeps it computes what llama2.c computes (`golden.json`).
class StoriesTest {
  private static final int VOCABULARY = 512;

  @TempDir private Path folder;

  /// The beginning of a text, and the 256 likeliest ids one after another.
  private static int[] story(JsonNode golden) {
    int[] greedy = Json.LENIENT.convertValue(golden.path("greedy_ids"), int[].class);
    int[] all = new int[greedy.length + 1];
    all[0] = golden.path("bos").asInt();
    System.arraycopy(greedy, 0, all, 1, greedy.length);
    return all;
  }

  private static double[] logits(Path model, int[] row) throws IOException {
    try (var _ = Scope.open()) {
      Gpt gpt = Checkpoint.loadLanguageModel(model, Precision.FULL, Device.CPU);
      var hidden = gpt.hidden(Tensor.of(row, 1, row.length), Dropout.NONE);
      return gpt.logits(hidden.view(row.length, -1)).doubles();
    }
  }

  @Test
  void logitsAndLikeliestIdsAreLlama2cs() throws IOException {
    var stories = SharedData.file("stories260K");
    var golden = Json.LENIENT.readTree(stories.resolve("golden.json").toFile());
    int[] story = story(golden);
    double[] ours = logits(stories, story);
    assertThat(golden.path("logits")).hasSize(5);
    for (var each : golden.path("logits")) {
      int at = each.path("pos").asInt();
      assertThat(story[at]).isEqualTo(each.path("input_token").asInt());
      double[] expected = Json.LENIENT.convertValue(each.path("logits"), double[].class);
      assertThat(Arrays.copyOfRange(ours, VOCABULARY * at, VOCABULARY * (at + 1)))
          .as("position %d", at)
          .containsExactly(expected, within(1e-4));
    }
    double loss = 0;
    for (int at = 0; at + 1 < story.length; at++) {
      double[] row = Arrays.copyOfRange(ours, VOCABULARY * at, VOCABULARY * (at + 1));
      double most = Arrays.stream(row).max().orElseThrow();
      assertThat(row[story[at + 1]]).as("position %d", at).isEqualTo(most);
      double sum = Arrays.stream(row).map(logit -> Math.exp(logit - most)).sum();
      loss -= row[story[at + 1]] - most - Math.log(sum);
    }
    assertThat(loss).isCloseTo(golden.path("sum_nll_of_greedy_ids").asDouble(), within(1e-3));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theLikeliestIdsAreLlama2csWhenTheyAreSampled(int rows) throws IOException {
    var stories = SharedData.file("stories260K");
    int[] story = story(Json.LENIENT.readTree(stories.resolve("golden.json").toFile()));
    try (var _ = Scope.open()) {
      var gpt = Checkpoint.loadLanguageModel(stories, Precision.FULL, Device.CPU);
      assertThat(DecoderComparison.inJava(gpt)).isTrue();
      var settings = new Sampler.Settings(story.length - 1, 0, 1, rows, false);
      var prompts = new ArrayList<int[]>();
      for (int row = 0; row < rows; row++) {
        prompts.add(Arrays.copyOf(story, 1 + 5 * row));
      }
      var sampled = new Sampler(gpt, -1, settings).sample(prompts, 0);
      for (int row = 0; row < rows; row++) {
        int begun = 1 + 5 * row;
        assertThat(Arrays.copyOf(sampled.get(row).tokens(), story.length - begun))
            .isEqualTo(Arrays.copyOfRange(story, begun, story.length));
      }
    }
  }

  @Test
  void whatIsMadeOfItIsALlamaThatComputesTheSameToTheBit() throws IOException {
    var stories = SharedData.file("stories260K");
    int[] story = story(Json.LENIENT.readTree(stories.resolve("golden.json").toFile()));
    var saved = Files.createDirectory(folder.resolve("saved"));
    try (var _ = Scope.open()) {
      var gpt = Checkpoint.loadLanguageModel(stories, Precision.FULL, Device.CPU);
      var lineage = new Lineage("convert", Map.of(), Map.of());
      Checkpoint.save(gpt, Checkpoint.tokenizer(stories), lineage, saved);
    }
    assertThat(logits(saved, story)).isEqualTo(logits(stories, story));
    var config = Json.LENIENT.readTree(saved.resolve("config.json").toFile());
    assertThat(config.path("model_type").asText()).isEqualTo("llama");
    assertThat(config.path("architectures").get(0).asText()).isEqualTo("LlamaForCausalLM");
    assertThat(config.path("tie_word_embeddings").asBoolean()).isTrue();
    assertThat(Checkpoint.ends(saved)).containsExactly(1, 2);
    assertThat(Safetensors.header(saved.resolve("model.safetensors")).tensors())
        .containsKeys("model.embed_tokens.weight", "model.layers.4.self_attn.k_proj.weight")
        .doesNotContainKey("lm_head.weight");
    assertThat(saved.resolve("LICENSE.llama2.c")).isRegularFile();
  }
}
