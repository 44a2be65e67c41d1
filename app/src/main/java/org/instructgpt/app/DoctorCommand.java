package org.instructgpt.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.instructgpt.cost.MachineRates;
import org.instructgpt.files.Count;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Engine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `instructgpt doctor`: what computes here, and how fast it was measured to be.
@Command(
    name = "doctor",
    description = "Shows the engine, its threads, matrix library and precision, and measures them.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

  private static final int SIZE = 1024;
  private static final Pattern LIBRARY = Pattern.compile("lib(mkl_rt|openblas|gomp|iomp5)[^/]*$");

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    var runtime = Runtime.getRuntime();
    say(out, "java", Runtime.version() + ", " + System.getProperty("java.vendor"));
    say(
        out,
        "machine",
        "%s %s, %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Count.of(runtime.availableProcessors(), "processor")));
    say(
        out,
        "heap",
        "at most " + runtime.maxMemory() / (1 << 20) + " MiB (tensors live outside it)");
    say(out, "libtorch", Engine.version());
    say(out, "threads", String.valueOf(Engine.threads()));
    say(out, "devices", Engine.hasCuda() ? "cpu, cuda" : "cpu");
    say(out, "precision", Engine.fastPrecision() + " is what this processor does fast");
    rate(out, "float32", DType.FLOAT32);
    rate(out, "bfloat16", DType.BFLOAT16);
    say(out, "libraries", libraries());
    environment(out, "OMP_WAIT_POLICY");
    environment(out, "GOMP_SPINCOUNT");
    if ("mkl".equals(System.getProperty("org.bytedeco.openblas.load"))) {
      environment(out, "MKL_THREADING_LAYER");
    } else {
      var kernels = System.getenv("OPENBLAS_CORETYPE");
      say(out, "OpenBLAS kernels", kernels == null ? "its own choice" : "those for " + kernels);
    }
    environment(out, "GLIBC_TUNABLES");
    return 0;
  }

  private static void rate(PrintWriter out, String name, DType type) {
    double rate = MachineRates.ofSquare(type, SIZE, System::nanoTime) * 1e-9;
    // A processor without bfloat16 of its own makes less than one.
    String figure = String.format(Locale.ROOT, rate < 10 ? "%.2f" : "%.0f", rate);
    say(out, "GEMM " + name, "%s GFLOP/s at %d x %d x %d".formatted(figure, SIZE, SIZE, SIZE));
  }

  /// The matrix and thread libraries that this process has mapped; after the products, so that what
  /// is loaded late is seen too.
  private static String libraries() {
    try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
      var found =
          maps.flatMap(line -> LIBRARY.matcher(line).results().map(MatchResult::group))
              .collect(Collectors.toCollection(TreeSet::new));
      return found.isEmpty() ? "none of those known" : String.join(", ", found);
    } catch (IOException | UncheckedIOException e) {
      return "not known on this system";
    }
  }

  private static void environment(PrintWriter out, String name) {
    var value = System.getenv(name);
    say(out, name, value == null ? "not set (the launcher ./instructgpt sets it)" : value);
  }

  private static void say(PrintWriter out, String name, String value) {
    out.println(String.format("%-16s  %s", name, value));
  }
}
