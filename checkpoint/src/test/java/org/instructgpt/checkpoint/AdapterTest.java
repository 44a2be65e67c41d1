package org.instructgpt.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.instructgpt.model.Adapter;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sampler;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.Sequences;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.MemorySaving;
import org.instructgpt.torch.MomentPrecision;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Adapters of small random checkpoints against [ReferenceDecoder] over weights that loops merged.
class AdapterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Lineage MADE = new Lineage("sft", Map.of(), Map.of());
  private static final double ERROR = 5e-5;

  @TempDir Path temporary;
  private Path folder = Path.of("");
  private Scope scope = Scope.open();

  @BeforeEach
  void open() throws IOException {
    folder = Files.createDirectory(temporary.resolve("base"));
    scope.close();
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  static Stream<String> families() {
    return RandomCheckpoints.families();
  }

  private static double[] chosen(Gpt gpt, int[] row) {
    int last = row.length - 1;
    return LogProbs.ofNext(
            gpt,
            Tensor.of(Arrays.copyOf(row, last), 1, last),
            Tensor.of(Arrays.copyOfRange(row, 1, last + 1), 1, last),
            Dropout.NONE)
        .doubles();
  }

  private static Gpt load(Path folder) throws IOException {
    return Checkpoint.loadLanguageModel(folder, Precision.FULL, Device.CPU);
  }

  private Path joined(Path adapter) throws IOException {
    var into = Files.createDirectory(temporary.resolve("joined"));
    Adapters.join(folder, adapter, into);
    return into;
  }

  @ParameterizedTest
  @MethodSource("families")
  void anAdapterOfPeftIsMergedIntoItsBase(String family) throws IOException {
    var config = config(family);
    var weights = weights(config);
    write(folder, config, weights);
    var adapter = Files.createDirectory(temporary.resolve("adapter"));
    var drawn = PeftAdapter.drawn(config, 3);
    PeftAdapter.write(adapter, drawn, 3, "");
    var reference =
        new ReferenceDecoder(
            config, PeftAdapter.merged(config, weights, drawn, 3, PeftAdapter.ALPHA / 3));
    int[] row = row(20, 1);
    var joined = joined(adapter);
    assertThat(chosen(load(joined), row)).containsExactly(next(reference, row), within(ERROR));
    assertThat(chosen(load(folder), row)[3]).isNotCloseTo(next(reference, row)[3], within(1e-2));
    assertThat(Checkpoint.tokenizer(joined).vocabularySize()).isEqualTo(270);
  }

  /// An adapter with something in all its matrices, over the base in the folder.
  private Adapter trained(List<String> modules, int rank) throws IOException {
    var settings = new Adapter.Settings(rank, 2 * rank, modules);
    var adapter = Adapters.create(folder, false, settings, new Randomness(3), Device.CPU);
    Scope.constant(() ->
        adapter
            .parameters()
            .byName()
            .forEach((_, values) -> values.normal_(0, 0.1, new Randomness(values.count()))));
    return adapter;
  }

  @ParameterizedTest
  @MethodSource("families")
  void besideItsBaseAndMergedItComputesTheSame(String family) throws IOException {
    var config = config(family);
    var weights = weights(config);
    write(folder, config, weights);
    var adapted = load(folder).with(trained(List.of(), 2));
    var place = Files.createDirectory(temporary.resolve("adapter"));
    Checkpoint.save(adapted, TOKENIZER, MADE, place);
    assertThat(place.resolve("model.safetensors")).doesNotExist();

    int[] row = row(20, 1);
    double[] beside = chosen(adapted, row);
    assertThat(chosen(load(place), row)).containsExactly(beside, within(1e-5));
    var drawn = PeftAdapter.read(place);
    var reference = new ReferenceDecoder(config, PeftAdapter.merged(config, weights, drawn, 2, 2));
    assertThat(beside).containsExactly(next(reference, row), within(ERROR));
    assertThat(chosen(adapted.withoutAdapter(), row))
        .containsExactly(next(new ReferenceDecoder(config, weights), row), within(ERROR));
  }

  @ParameterizedTest
  @MethodSource("families")
  void whatIsSampledHasTheLogProbabilitiesOfThePass(String family) throws IOException {
    var config = config(family);
    write(folder, config, weights(config));
    var adapted = load(folder).with(trained(List.of(), 2));
    var sampler = new Sampler(adapted, -1, new Sampler.Settings(10, 1.0, 3, 8, true));
    var two = List.of(row(7, 3), row(4, 5));
    for (var prompts : List.of(two, two.subList(0, 1))) {
      var sampled = sampler.sample(prompts, 0);
      var tokens = sampled.stream().map(Sampler.Sampled::tokens).toList();
      var batch = Sequences.of(prompts, tokens, Device.CPU);
      double[] passed = LogProbs.ofResponses(adapted, batch, 1, Dropout.NONE).doubles();
      int n = 0;
      for (var each : sampled) {
        for (float logProb : each.logProbs()) {
          assertThat((double) logProb).isCloseTo(passed[n++], within(ERROR));
        }
      }
    }
  }

  /// The gradient of A and B against the slope of the mean log-probability, in full and where
  /// activations are recomputed.
  @ParameterizedTest
  @MethodSource("families")
  void gradientsAreTheSlopes(String family) throws IOException {
    var config = config(family);
    var weights = weights(config);
    write(folder, config, weights);
    var adapted = load(folder).with(trained(List.of(), 2));
    var parameters = adapted.trained().train();
    int[] row = row(20, 1);
    double[] gradient = gradient(adapted, row);
    adapted.trained().train(new MemorySaving(MomentPrecision.FULL, true));
    parameters.zeroGradient();
    assertThat(gradient(adapted, row)).containsExactly(gradient, within(1e-6));
    assertThat(adapted.parameters().flat().requiresGradient()).isFalse();

    var direction = Tensor.empty(DType.FLOAT32, parameters.flat().count());
    Scope.constant(() -> direction.normal_(0, 1, new Randomness(5)));
    double expected = 0;
    double[] way = direction.doubles();
    for (int i = 0; i < way.length; i++) {
      expected += way[i] * gradient[i];
    }
    double step = 1e-4;
    var means = new double[2];
    for (int i = 0; i < 2; i++) {
      double moved = i == 0 ? step : -2 * step;
      Scope.constant(() -> parameters.flat().add_(direction, moved));
      var place = Files.createDirectory(temporary.resolve("moved" + i));
      Checkpoint.save(adapted, TOKENIZER, MADE, place);
      var drawn = PeftAdapter.read(place);
      var reference =
          new ReferenceDecoder(config, PeftAdapter.merged(config, weights, drawn, 2, 2));
      means[i] = Arrays.stream(next(reference, row)).average().orElseThrow();
    }
    double slope = (means[0] - means[1]) / (2 * step);
    assertThat(slope).isCloseTo(expected, within(5e-3 * Math.max(1, Math.abs(expected))));
  }

  private static double[] gradient(Gpt gpt, int[] row) {
    int last = row.length - 1;
    LogProbs.ofNext(
            gpt,
            Tensor.of(Arrays.copyOf(row, last), 1, last),
            Tensor.of(Arrays.copyOfRange(row, 1, last + 1), 1, last),
            Dropout.NONE)
        .mean()
        .backward();
    return gpt.trained().gradient().doubles();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "pythia", "llama 3.2"})
  void aRankOfTheWidthCanBeAnyChange(String family) throws IOException {
    var config = config(family);
    var weights = weights(config);
    write(folder, config, weights);
    var base = load(folder);
    var other = load(folder);
    var settings = new Adapter.Settings(24, 24, List.of());
    if (family.equals("pythia")) {
      settings = new Adapter.Settings(32, 32, List.of("query_key_value", "dense_h_to_4h"));
    }
    var adapter = Adapters.create(folder, false, settings, new Randomness(1), Device.CPU);
    Scope.constant(() -> {
      for (var layer : adapter.layers()) {
        if (layer.in() == layer.rank()) { // A is the identity, B the change
          var a = adapter.parameters().get(layer.a());
          var b = adapter.parameters().get(layer.b());
          var identity = new double[(int) (layer.in() * layer.in())];
          for (int i = 0; i < layer.in(); i++) {
            identity[(int) (i * (layer.in() + 1))] = 1;
          }
          a.copy_(PeftAdapter.tensor(identity, layer.in(), layer.in()));
          b.normal_(0, 0.2, new Randomness(layer.from()));
          other.parameters().get(layer.parameter()).narrow(1, layer.from(), layer.out()).add_(b, 1);
        }
      }
    });
    int[] row = row(20, 1);
    assertThat(chosen(base.with(adapter), row)).containsExactly(chosen(other, row), within(1e-5));
  }

  @Test
  void aRewardModelsAdapterHasItsHead() throws IOException {
    var config = config("llama 2");
    write(folder, config, weights(config));
    var base = load(folder);
    var scalar = new ScalarModel(base.config(), Precision.FULL, Device.CPU);
    scalar.initializeFrom(base, new Randomness(4));
    var adapter =
        Adapters.create(
            folder,
            true,
            new Adapter.Settings(2, 4, List.of("q_proj", "up_proj")),
            new Randomness(3),
            Device.CPU);
    var adapted = scalar.with(adapter);
    var batch = Sequences.of(List.of(row(3, 3)), List.of(row(6, 6)), Device.CPU);
    double before = scalar.rewards(batch).item();
    assertThat(adapted.rewards(batch).item()).isEqualTo(before);
    Scope.constant(() -> {
      adapter.parameters().flat().mul_(1.5);
      for (var layer : adapter.layers()) {
        adapter.parameters().get(layer.b()).normal_(0, 0.3, new Randomness(9));
      }
    });
    adapted.setBias(0.75);
    double after = adapted.rewards(batch).item();
    assertThat(scalar.rewards(batch).item()).isEqualTo(before);
    var place = Files.createDirectory(temporary.resolve("adapter"));
    Checkpoint.save(adapted, TOKENIZER, new Lineage("reward", Map.of(), Map.of()), place);
    assertThat(Checkpoint.kind(place)).isEqualTo(Checkpoint.Kind.REWARD);
    var read = Checkpoint.loadRewardModel(place, Precision.FULL, Device.CPU);
    assertThat(read.rewards(batch).item()).isCloseTo(after, within(1e-5)).isNotEqualTo(before);
    assertThat(JSON.readTree(place.resolve("adapter_config.json").toFile()).path("task_type"))
        .hasToString("\"SEQ_CLS\"");
  }

  @Test
  void anAdapterOverAnAdapterIsMergedIntoBoth() throws IOException {
    var config = config("qwen 3");
    write(folder, config, weights(config));
    var first = load(folder).with(trained(List.of("o_proj"), 2));
    var place = Files.createDirectory(temporary.resolve("first"));
    Checkpoint.save(first, TOKENIZER, MADE, place);
    folder = place;
    var second = load(place).with(trained(List.of("v_proj"), 3));
    var last = Files.createDirectory(temporary.resolve("second"));
    Checkpoint.save(second, TOKENIZER, MADE, last);
    int[] row = row(20, 1);
    assertThat(chosen(load(last), row)).containsExactly(chosen(second, row), within(1e-5));
    assertThat(chosen(second, row)[2]).isNotCloseTo(chosen(first, row)[2], within(1e-4));
  }

  @Test
  void aBaseThatHasChangedIsNamed() throws IOException {
    var config = config("gpt2");
    write(folder, config, weights(config));
    var adapted = load(folder).with(trained(List.of(), 2));
    var place = Files.createDirectory(temporary.resolve("adapter"));
    var lineage = new Lineage("sft", Map.of(), Map.of("policy", Lineage.Parent.of(folder)));
    Checkpoint.save(adapted, TOKENIZER, lineage, place);
    assertThat(load(place).config()).isEqualTo(adapted.config());
    var other = weights(config);
    other.values().iterator().next()[0] += 1;
    write(folder, config, other);
    assertThatThrownBy(() -> load(place))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("have changed since");
  }

  @Test
  void whatAnAdapterSaysThatIsNotUnderstoodIsNamed() throws IOException {
    var config = config("llama 2");
    write(folder, config, weights(config));
    var adapter = Files.createDirectory(temporary.resolve("adapter"));
    var drawn = PeftAdapter.drawn(config, 2);
    for (var more :
        List.of(
            "use_dora:true",
            "bias:\"all\"",
            "modules_to_save:[\"lm_head\"]",
            "init_lora_weights:\"pissa\"",
            "alpha_pattern:{\"^model.*q_proj\":3}",
            "r:4",
            "r:\"2\"",
            "use_rslora:\"yes\"",
            "invented_key:7")) {
      int colon = more.indexOf(':');
      var key = more.substring(0, colon);
      PeftAdapter.write(
          adapter, drawn, 2, ", \"%s\": %s".formatted(key, more.substring(colon + 1)));
      assertThatThrownBy(() -> load(joined(adapter)))
          .as(more)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("adapter_config.json")
          .hasMessageContaining(key);
      org.instructgpt.files.AtomicFiles.delete(temporary.resolve("joined"));
    }
    drawn.put("model.layers.9.self_attn.q_proj", drawn.values().iterator().next());
    PeftAdapter.write(adapter, drawn, 2, "");
    assertThatThrownBy(() -> load(joined(adapter)))
        .hasMessageContaining("layers.9")
        .hasMessageContaining("another base's");
    drawn.clear();
    PeftAdapter.write(adapter, drawn, 2, "");
    org.instructgpt.files.AtomicFiles.delete(temporary.resolve("joined"));
    assertThatThrownBy(() -> joined(adapter))
        .hasMessageContaining(
            adapter + "/adapter_model.safetensors: expected the adapter of a layer");
    var file = adapter.resolve("adapter_model.safetensors");
    Files.move(file, adapter.resolve("adapter_model.bin"));
    org.instructgpt.files.AtomicFiles.delete(temporary.resolve("joined"));
    assertThatThrownBy(() -> joined(adapter))
        .hasMessageContaining(file + " is missing: adapter_model.bin is PyTorch's own pickle");
    assertThatThrownBy(() -> trained(List.of("c_attn"), 2))
        .hasMessageContaining("adapter.modules")
        .hasMessageContaining("q_proj");
    assertThatThrownBy(() -> trained(List.of("q_proj"), 1000))
        .hasMessageContaining("adapter.rank: expected at most 24")
        .hasMessageContaining("found 1000");
    assertThatThrownBy(() -> load(adapter)).hasMessageContaining("--adapter");
  }

  @Test
  void otherScalesAreObeyed() throws IOException {
    var config = config("llama 2");
    var weights = weights(config);
    write(folder, config, weights);
    var adapter = Files.createDirectory(temporary.resolve("adapter"));
    var drawn = PeftAdapter.drawn(config, 4);
    drawn.keySet().removeIf(name -> !name.endsWith("q_proj"));
    PeftAdapter.write(
        adapter,
        drawn,
        4,
        ", \"use_rslora\": true, \"alpha_pattern\": {\"q_proj\": 5}, \"r\": 8, \"rank_pattern\": {\"q_proj\": 4}");
    var reference =
        new ReferenceDecoder(config, PeftAdapter.merged(config, weights, drawn, 4, 5 / 2.0));
    int[] row = row(20, 1);
    assertThat(chosen(load(joined(adapter)), row))
        .containsExactly(next(reference, row), within(ERROR));
  }
}
