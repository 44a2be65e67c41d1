package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.instructgpt.checkpoint.RandomCheckpoints.TOKENIZER;
import static org.instructgpt.checkpoint.RandomCheckpoints.config;
import static org.instructgpt.checkpoint.RandomCheckpoints.next;
import static org.instructgpt.checkpoint.RandomCheckpoints.row;
import static org.instructgpt.checkpoint.RandomCheckpoints.weights;
import static org.instructgpt.checkpoint.RandomCheckpoints.write;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.instructgpt.model.CheckpointFiles;
import org.instructgpt.model.DecoderComparison;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.Sequences;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Safetensors;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A small random checkpoint of every family against [ReferenceDecoder].
class FamilyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double ERROR = 5e-5;

  static Stream<String> families() {
    return RandomCheckpoints.families();
  }

  @TempDir Path folder;
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private ReferenceDecoder written(String family) throws IOException {
    var config = config(family);
    var weights = weights(config);
    write(folder, config, weights);
    return new ReferenceDecoder(config, weights);
  }

  private Gpt load() throws IOException {
    return Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
  }

  @ParameterizedTest
  @MethodSource("families")
  void logProbabilitiesAreThoseOfTheLoops(String family) throws IOException {
    var reference = written(family);
    int[] row = row(20, 1);
    var gpt = load();
    var logits = gpt.logits(gpt.hidden(Tensor.of(row, 1, 20), Dropout.NONE).view(20, -1));
    double[] ours = logits.logSoftmax(-1).doubles();
    double[][] expected = reference.logProbs(row);
    for (int t = 0; t < row.length; t++) {
      assertThat(Arrays.copyOfRange(ours, 270 * t, 270 * (t + 1)))
          .as("position %d", t)
          .containsExactly(expected[t], within(ERROR));
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void theyAreTheSameBesidePaddingAndBesideOtherLengths(String family) throws IOException {
    var reference = written(family);
    var gpt = load();
    var padded = new int[2 * 20];
    System.arraycopy(row(20, 1), 0, padded, 0, 20);
    System.arraycopy(row(9, 2), 0, padded, 20, 9);
    var logits = gpt.logits(gpt.hidden(Tensor.of(padded, 2, 20), Dropout.NONE).view(40, -1));
    double[] all = logits.logSoftmax(-1).doubles();
    double[][] expected = reference.logProbs(row(9, 2));
    for (int t = 0; t < 9; t++) {
      int from = 270 * (20 + t);
      assertThat(Arrays.copyOfRange(all, from, from + 270))
          .containsExactly(expected[t], within(ERROR));
    }
    var prompts = List.of(row(3, 3), row(3, 3), row(11, 4), row(1, 5));
    var responses = List.of(row(6, 6), row(2, 7), row(4, 8), row(13, 9));
    double[] mixed =
        LogProbs.ofResponses(gpt, Sequences.of(prompts, responses, Device.CPU), 1.0, Dropout.NONE)
            .doubles();
    int n = 0;
    for (int b = 0; b < prompts.size(); b++) {
      int[] prompt = prompts.get(b);
      int[] whole = Arrays.copyOf(prompt, prompt.length + responses.get(b).length);
      System.arraycopy(responses.get(b), 0, whole, prompt.length, responses.get(b).length);
      double[] wanted = next(reference, whole);
      for (int t = prompt.length - 1; t < wanted.length; t++) {
        assertThat(mixed[n++]).isCloseTo(wanted[t], within(ERROR));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void theyAreTheSameThroughTheCache(String family) throws IOException {
    var reference = written(family);
    var gpt = load();
    var settings = new Sampler.Settings(10, 1.0, 3, 8, true);
    var prompts = List.of(row(12, 1), row(2, 2), row(7, 3));
    for (var rows : List.of(prompts, prompts.subList(0, 1))) {
      var sampled = new Sampler(gpt, -1, settings).sample(rows, 0);
      for (int b = 0; b < rows.size(); b++) {
        int[] prompt = rows.get(b);
        int[] tokens = sampled.get(b).tokens();
        int[] whole = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, whole, prompt.length, tokens.length);
        double[] expected = next(reference, whole);
        for (int t = 0; t < tokens.length; t++) {
          assertThat((double) sampled.get(b).logProbs()[t])
              .isCloseTo(expected[prompt.length - 1 + t], within(ERROR));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void decodedInJavaTheyAreThoseOfTheOperationsOfLibtorch(String family) throws IOException {
    written(family);
    var gpt = load();
    assertThat(DecoderComparison.inJava(gpt)).isTrue();
    DecoderComparison.compare(gpt, 2, ERROR);
    var half = Checkpoint.loadLanguageModel(folder, Precision.MIXED, Device.CPU);
    DecoderComparison.compare(half, 2, 1.3);
  }

  /// Places whose responses have ended go to the prompts that wait; each ends at another length.
  @ParameterizedTest
  @MethodSource("families")
  void theLikeliestTokensAreThoseOfTheLoopsWhereRowsTakeTurns(String family) throws IOException {
    var reference = written(family);
    var settings = new Sampler.Settings(12, 0, 3, 3, true);
    var prompts = Stream.of(9, 1, 4, 14, 6, 4, 2).map(length -> row(length, length)).toList();
    var left = new int[] {12, 3, 7, 1, 5, 9, 2};
    var sampled =
        new Sampler(load(), -1, settings).sample(prompts, 0, (place, _) -> --left[place] > 0);
    assertThat(sampled)
        .extracting(each -> each.tokens().length)
        .containsExactly(12, 3, 7, 1, 5, 9, 2);
    for (int b = 0; b < prompts.size(); b++) {
      int[] prompt = prompts.get(b);
      int[] tokens = sampled.get(b).tokens();
      int[] whole = Arrays.copyOf(prompt, prompt.length + tokens.length);
      System.arraycopy(tokens, 0, whole, prompt.length, tokens.length);
      double[][] expected = reference.logProbs(whole);
      for (int t = 0; t < tokens.length; t++) {
        double[] all = expected[prompt.length - 1 + t];
        double most = Arrays.stream(all).max().orElseThrow();
        assertThat(all[tokens[t]]).isCloseTo(most, within(ERROR));
        assertThat((double) sampled.get(b).logProbs()[t]).isCloseTo(most, within(ERROR));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void whatWasReadIsWrittenWithTheSameBytes(String family) throws IOException {
    written(family);
    var again = Files.createDirectory(folder.resolve("again"));
    Checkpoint.save(load(), TOKENIZER, new Lineage("sft", Map.of(), Map.of()), again);
    assertThat(again.resolve(CheckpointFiles.WEIGHTS))
        .hasSameBinaryContentAs(folder.resolve(CheckpointFiles.WEIGHTS));
    assertThat(Checkpoint.shape(again)).isEqualTo(Checkpoint.shape(folder));
  }

  @ParameterizedTest
  @MethodSource("families")
  void severalFilesAreReadAsOne(String family) throws IOException {
    var config = config(family);
    write(folder, config, weights(config));
    var whole = load();
    var sharded = Files.createDirectory(folder.resolve("sharded"));
    Files.copy(folder.resolve(CheckpointFiles.CONFIG), sharded.resolve(CheckpointFiles.CONFIG));
    var tensors = Safetensors.read(folder.resolve(CheckpointFiles.WEIGHTS));
    var map = JSON.createObjectNode();
    var names = new ArrayList<>(tensors.keySet());
    for (int shard = 0; shard < 3; shard++) {
      var file = "model-0000%d-of-00003.safetensors".formatted(shard + 1);
      var some = new LinkedHashMap<String, Tensor>();
      for (int i = shard; i < names.size(); i += 3) {
        some.put(names.get(i), tensors.get(names.get(i)));
        map.put(names.get(i), file);
      }
      Safetensors.write(sharded.resolve(file), some, Map.of("format", "pt"));
    }
    var index = JSON.createObjectNode();
    index.putObject("metadata").put("total_size", 1);
    index.set("weight_map", map);
    Files.writeString(sharded.resolve(WeightFiles.INDEX), JSON.writeValueAsString(index));
    var together = Checkpoint.loadLanguageModel(sharded, Precision.FULL, Device.CPU);
    assertThat(together.parameters().flat().sameBits(whole.parameters().flat())).isTrue();
  }

  /// The slope of the loops' mean log-probability in a random direction, against the gradient; the
  /// kinks of ReLU cost a quarter of a percent.
  @ParameterizedTest
  @MethodSource("families")
  void gradientsAreTheSlopesOfTheLoops(String family) throws IOException {
    written(family);
    var gpt = load();
    int[] row = row(20, 1);
    var parameters = gpt.parameters().train();
    LogProbs.ofNext(
            gpt,
            Tensor.of(Arrays.copyOf(row, 19), 1, 19),
            Tensor.of(Arrays.copyOfRange(row, 1, 20), 1, 19),
            Dropout.NONE)
        .mean()
        .backward();
    var direction = Tensor.empty(DType.FLOAT32, parameters.flat().count());
    Scope.constant(() -> direction.normal_(0, 1, new Randomness(5)));
    double expected = parameters.gradient().mul(direction).sum().item();
    double step = 1e-4;
    var means = new double[2];
    for (int i = 0; i < 2; i++) {
      double moved = i == 0 ? step : -2 * step;
      Scope.constant(() -> parameters.flat().add_(direction, moved));
      var place = Files.createDirectory(folder.resolve("moved" + i));
      Checkpoint.save(gpt, TOKENIZER, new Lineage("sft", Map.of(), Map.of()), place);
      var weights = new LinkedHashMap<String, double[]>();
      Safetensors.read(place.resolve(CheckpointFiles.WEIGHTS))
          .forEach((name, tensor) -> weights.put(name, tensor.to(DType.FLOAT64).doubles()));
      double[] chosen = next(new ReferenceDecoder(config(family), weights), row);
      means[i] = Arrays.stream(chosen).average().orElseThrow();
    }
    double slope = (means[0] - means[1]) / (2 * step);
    assertThat(slope).isCloseTo(expected, within(5e-3 * Math.max(1, Math.abs(expected))));
  }

  @ParameterizedTest
  @MethodSource("families")
  void aRewardModelIsReadAndWritten(String family) throws IOException {
    var config = config(family);
    var type = Families.named(config.path("model_type").asText()).orElseThrow();
    config.putArray("architectures").add(type.names().reward());
    config.put("num_labels", 1);
    var weights = weights(config);
    weights.remove(type.names().unembedding());
    int width = config.path("hidden_size").asInt(config.path("n_embd").asInt());
    weights.put("score.weight", new Random(8).doubles(width, -1, 1).map(x -> (float) x).toArray());
    write(folder, config, weights);
    var model = Checkpoint.loadRewardModel(folder, Precision.FULL, Device.CPU);
    var reference = new ReferenceDecoder(config, weights);
    var prompts = List.of(row(3, 3), row(8, 4));
    var responses = List.of(row(6, 6), row(2, 7));
    double[] rewards = model.rewards(Sequences.of(prompts, responses, Device.CPU)).doubles();
    for (int b = 0; b < 2; b++) {
      int[] whole = Arrays.copyOf(prompts.get(b), prompts.get(b).length + responses.get(b).length);
      System.arraycopy(responses.get(b), 0, whole, prompts.get(b).length, responses.get(b).length);
      assertThat(rewards[b]).isCloseTo(reference.reward(whole), within(ERROR));
    }
    var again = Files.createDirectory(folder.resolve("again"));
    Checkpoint.save(model, TOKENIZER, new Lineage("reward", Map.of(), Map.of()), again);
    assertThat(again.resolve(CheckpointFiles.WEIGHTS))
        .hasSameBinaryContentAs(folder.resolve(CheckpointFiles.WEIGHTS));
  }
}
