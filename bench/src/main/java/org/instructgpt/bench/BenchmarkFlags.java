package org.instructgpt.bench;

import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.cost.Place;
import org.instructgpt.cost.StageWork;
import org.instructgpt.cost.Stopwatch;
import org.instructgpt.model.Architecture;
import org.instructgpt.model.GptConfig;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Engine;
import org.instructgpt.torch.Precision;

/// The flags of a benchmark, `--name value`.
record BenchmarkFlags(Map<String, String> values) {
  static final Stopwatch STOPWATCH = new Stopwatch(System::nanoTime);

  /// Flags of a benchmark of models, which also set the number of threads.
  static BenchmarkFlags parse(String[] arguments) {
    var flags = of(arguments);
    Engine.useThreads(flags.whole("threads", 2));
    return flags;
  }

  static BenchmarkFlags of(String[] arguments) {
    var values = new HashMap<String, String>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
        throw new IllegalArgumentException("expected --name value, found " + arguments[i]);
      }
      values.put(arguments[i].substring(2), arguments[i + 1]);
    }
    return new BenchmarkFlags(values);
  }

  String text(String name, String preset) {
    return values.getOrDefault(name, preset);
  }

  int whole(String name, int preset) {
    return Integer.parseInt(values.getOrDefault(name, "" + preset));
  }

  double number(String name, double preset) {
    return Double.parseDouble(values.getOrDefault(name, "" + preset));
  }

  /// Where it computes, `--device`, and how, `--dtype`.
  Place place() {
    var device = Device.named(text("device", "cpu"));
    return new Place(device, Precision.named(text("dtype", "float32"), device));
  }

  /// The model configuration, by default size B. With `--family llama` it is a Llama's, with
  /// `--keys` heads of keys and an inner layer of `--inner`.
  GptConfig model() {
    int heads = whole("heads", 4);
    var gpt =
        GptConfig.small(
            whole("layers", 6),
            whole("width", 256),
            heads,
            whole("context", 128),
            whole("vocab", 2048));
    var family = text("family", "gpt");
    return switch (family) {
      case "gpt" -> gpt;
      case "llama" -> llama(gpt, whole("keys", heads), whole("inner", 4 * gpt.width()));
      default ->
          throw new IllegalArgumentException(
              "--family must be gpt or llama, but is '%s'".formatted(family));
    };
  }

  private static GptConfig llama(GptConfig sizes, int keys, int inner) {
    int width = sizes.width() / sizes.heads();
    var layer = new Architecture.Layer(0, Optional.of(Architecture.Rotary.of(10000, width)));
    var architecture =
        new Architecture(
            Architecture.Norm.RMS,
            Architecture.Places.BEFORE,
            0,
            false,
            Architecture.Heads.of(keys, width, false, false),
            new Architecture.Network(inner, true, false),
            Collections.nCopies(sizes.layers(), layer),
            false,
            1,
            0,
            true);
    return new GptConfig(
            sizes.layers(),
            sizes.width(),
            sizes.heads(),
            sizes.context(),
            sizes.vocabulary(),
            GptConfig.Activation.SILU,
            1e-5,
            0,
            0)
        .withArchitecture(architecture);
  }

  /// The shortest of several runs after two that are not counted; at least three are timed, more
  /// until `--seconds` have passed.
  Stopwatch.Lap best(StageWork work, int runs) {
    return work.prepare(place(), step -> STOPWATCH.best(step, 2, runs, number("seconds", 30)));
  }

  /// Prints the numbers as one line of JSON.
  void print(Object... namesAndNumbers) {
    var line = new StringBuilder("{");
    for (int i = 0; i < namesAndNumbers.length; i += 2) {
      line.append(
          String.format(
              Locale.ROOT,
              "%s\"%s\": %.4f",
              i == 0 ? "" : ", ",
              namesAndNumbers[i],
              ((Number) namesAndNumbers[i + 1]).doubleValue()));
    }
    System.out.println(line.append(", \"dtype\": \"").append(place().precision()).append("\"}"));
  }
}
