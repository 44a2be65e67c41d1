package org.instructgpt.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.cost.BenchmarkSize;
import org.instructgpt.cost.Bytes;
import org.instructgpt.cost.DataLengths;
import org.instructgpt.cost.MachineRates;
import org.instructgpt.cost.Place;
import org.instructgpt.cost.Plan;
import org.instructgpt.cost.PlanMachine;
import org.instructgpt.model.GptConfig;
import org.instructgpt.project.Workspace;
import org.instructgpt.recipe.Recipe;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt plan`: what a recipe needs, before it begins.
@Command(
    name = "plan",
    description = {
      "Tells what memory, time and disk each training of a recipe will need, and what to change where it"
          + " does not fit. Nothing is trained.",
      "With a workspace it counts what people gave there, else the paper's numbers. With --gpu-memory it"
          + " plans for GPUs instead of this machine."
    },
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli gives options with a default a value
final class PlanCommand implements Callable<Integer> {

  @Mixin private final RecipeOption recipe = new RecipeOption();

  @Option(
      names = "--set",
      paramLabel = "SECTION.KEY=VALUE",
      description = "One setting over the recipe's; may be given several times.")
  private List<String> assignments = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description =
          "The shape of the models, over the recipe's: 1.3b, 6b, 175b, A to D as in bench, or a model's folder.")
  private @Nullable String model;

  @Option(
      names = {"-w", "--workspace"},
      paramLabel = "DIR",
      description = "Count the records of this workspace.")
  private @Nullable Path workspace;

  @Option(
      names = "--text",
      arity = "1..*",
      paramLabel = "PATH",
      description = "Pretraining text, files and folders, for the disk that its tokens take.")
  private List<Path> text = new ArrayList<>();

  @Mixin private final PrecisionOption precision = new PrecisionOption();

  @Mixin private final MemorySavingOption saving = new MemorySavingOption();

  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = "--gpu-memory",
      paramLabel = "BYTES",
      description = "Plan for GPUs with so much memory each, such as 80G.")
  private @Nullable String gpuMemory;

  @Option(
      names = "--gpus",
      defaultValue = "1",
      paramLabel = "N",
      description = "How many of them (${DEFAULT-VALUE}).")
  private int gpus;

  @Option(
      names = "--gflops",
      paramLabel = "RATE",
      description =
          "Best rate of matrix products of a device, in GFLOP/s, for the time; this machine's is measured.")
  private @Nullable Double gflops;

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    var whole = recipe();
    var shape = context.of(shape(whole));
    var chosen = precision.on(gpuMemory == null ? Device.CPU : Device.CUDA);
    var data = data(shape);
    var plan = Plan.of(whole, shape, chosen, saving.saving(), data, machine(chosen));
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println(json ? plan.json().toPrettyString() : plan.table().stripTrailing());
    return 0;
  }

  private Recipe recipe() throws IOException {
    var whole = recipe.read();
    for (var assignment : assignments) {
      int dot = assignment.indexOf('.');
      int equals = assignment.indexOf('=');
      if (dot < 1 || dot > equals || !Recipe.STAGES.contains(assignment.substring(0, dot))) {
        throw new IllegalArgumentException(
            "--set %s: expected SECTION.KEY=VALUE, where the section is one of %s"
                .formatted(assignment, String.join(", ", Recipe.STAGES)));
      }
      whole = whole.with(List.of(assignment), assignment.substring(0, dot));
    }
    return whole;
  }

  private GptConfig shape(Recipe whole) throws IOException {
    if (model == null) {
      return whole.settings("model", GptConfig.paper(GptConfig.Size.XL));
    }
    var size = size(model);
    if (size.isPresent()) {
      return size.get();
    }
    if (Files.isDirectory(Path.of(model))) {
      return Checkpoint.shape(Path.of(model));
    }
    throw new IllegalArgumentException(
        "--model %s: expected 1.3b, 6b, 175b, A, B, C, D or a model's folder".formatted(model));
  }

  private static Optional<GptConfig> size(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "1.3b" -> Optional.of(GptConfig.paper(GptConfig.Size.XL));
      case "6b" -> Optional.of(GptConfig.paper(GptConfig.Size.B6));
      case "175b" -> Optional.of(GptConfig.paper(GptConfig.Size.B175));
      default ->
          BenchmarkSize.ALL.stream()
              .filter(size -> size.name().equalsIgnoreCase(name))
              .map(BenchmarkSize::shape)
              .findFirst();
    };
  }

  private DataLengths data(GptConfig shape) throws IOException {
    var lengths = records(shape);
    long bytes = 0;
    for (var path : text) {
      try (Stream<Path> files = Files.walk(path)) {
        bytes += files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      }
    }
    return lengths.withText(bytes);
  }

  private DataLengths records(GptConfig shape) throws IOException {
    if (workspace == null) {
      return DataLengths.paper();
    }
    var opened = Workspace.open(workspace);
    return FittedTraining.data(opened, opened.model("base"), shape.context());
  }

  private PlanMachine machine(Precision chosen) throws IOException {
    if (gflops != null && !(gflops > 0)) {
      throw new IllegalArgumentException("--gflops: expected more than 0, found " + gflops);
    }
    var named = Optional.ofNullable(gflops).map(rate -> rate * 1e9);
    if (gpuMemory != null) {
      return PlanMachine.gpus(gpus, bytes(gpuMemory), named);
    }
    if (gpus != 1) {
      throw new IllegalArgumentException("--gpus: expected --gpu-memory too, such as 80G");
    }
    double rate =
        named.orElseGet(() ->
            MachineRates.measure(Place.processor(chosen), List.of(), System::nanoTime)
                .operationsPerSecond());
    return PlanMachine.here(FreeMemory.bytes(), rate);
  }

  private static double bytes(String words) {
    try {
      return Bytes.parse(words);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException("--gpu-memory: " + refused.getMessage(), refused);
    }
  }
}
