package org.instructgpt.cost;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.instructgpt.torch.Precision;

/// What a benchmark found: the machine's rates, and each stage beside its floor.
///
/// @param precision of matrix products
/// @param rates of the machine
/// @param rows in the order in which they were measured
public record BenchmarkReport(Precision precision, MachineRates rates, List<Row> rows) {
  /// Copies the list.
  public BenchmarkReport {
    rows = List.copyOf(rows);
  }

  /// A stage at a size.
  ///
  /// @param name of the stage, such as `sample 64`
  public record Row(BenchmarkSize size, String name, Outcome outcome) {}

  /// What became of a row.
  public sealed interface Outcome {}

  /// It was measured.
  ///
  /// @param unit what is counted
  /// @param perSecond how many of them a second
  /// @param demand of a run
  /// @param seconds of a run
  /// @param floor under these seconds
  public record Measured(
      String unit, double perSecond, Demand demand, double seconds, Demand.Floor floor)
      implements Outcome {
    /// How much of the floor's speed is reached.
    public double reached() {
      return floor.seconds() / seconds;
    }

    /// The floor as a speed.
    double most() {
      return perSecond / reached();
    }
  }

  /// It needs more memory than there is.
  ///
  /// @param needed bytes
  /// @param free bytes
  public record LeftOut(double needed, double free) implements Outcome {}

  /// For people.
  public String table() {
    var lines = new ArrayList<List<String>>();
    lines.add(List.of("size", "stage", "measured", "floor", "unit", "set by", "reached"));
    rows.forEach(row -> lines.add(words(row)));
    return String.format(
            Locale.ROOT,
            "matrix products in %s: %.0f GFLOP/s at best (%s); memory: %.1f GB/s (copy)%n%n",
            precision,
            rates.operationsPerSecond() * 1e-9,
            rates.fastest(),
            rates.bytesPerSecond() * 1e-9)
        + new Table(lines);
  }

  private static List<String> words(Row row) {
    return switch (row.outcome) {
      case Measured found ->
          List.of(
              row.size.name(),
              row.name,
              speed(found.perSecond),
              speed(found.most()),
              found.unit + "/s",
              limit(found),
              String.format(Locale.ROOT, "%.0f%%", 100 * found.reached()));
      case LeftOut(var needed, var free) ->
          List.of(
              row.size.name(),
              row.name,
              "-",
              "-",
              "left out: needs %s of memory, %s is free"
                  .formatted(Bytes.words(needed), Bytes.words(free)),
              "",
              "-");
    };
  }

  private static String limit(Measured found) {
    return found.floor.limit().name().toLowerCase(Locale.ROOT);
  }

  private static String speed(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 100 ? "%.1f" : "%,.0f", perSecond);
  }

  /// For programs.
  public ObjectNode json() {
    var all = JsonNodeFactory.instance.objectNode();
    all.put("precision", precision.toString());
    all.putObject("machine")
        .put("operations_per_second", rates.operationsPerSecond())
        .put("fastest_product", rates.fastest())
        .put("bytes_per_second", rates.bytesPerSecond());
    var list = all.putArray("stages");
    for (var row : rows) {
      var node = list.addObject().put("size", row.size.name()).put("stage", row.name);
      switch (row.outcome) {
        case Measured found ->
            node.put("unit", found.unit)
                .put("units_per_second", found.perSecond)
                .put("floor_units_per_second", found.most())
                .put("floor_set_by", limit(found))
                .put("reached", found.reached())
                .put("seconds", found.seconds)
                .put("operations", found.demand.operations())
                .put("bytes", found.demand.bytes());
        case LeftOut(var needed, var free) ->
            node.put("memory_needed", needed).put("memory_free", free);
      }
    }
    return all;
  }
}
