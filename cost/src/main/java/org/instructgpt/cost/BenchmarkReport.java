package org.instructgpt.cost;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// What a benchmark found: the machine's rates, and each stage beside its floor.
///
/// @param place where it was measured, and the precision of matrix products
/// @param rates of the machine
/// @param peak operations a second that the device's vendor promises, if known
/// @param rows in the order in which they were measured
public record BenchmarkReport(
    Place place, MachineRates rates, OptionalDouble peak, List<Row> rows) {
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

    /// The operations a second that the model needs, whatever else was computed.
    double operationsPerSecond() {
      return demand.operations() / seconds;
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
    lines.add(
        List.of(
            "size", "stage", "measured", "floor", "unit", "set by", "reached", "MFU", "of peak"));
    rows.forEach(row -> lines.add(words(row)));
    int shown = lines.getFirst().size() - (peak.isPresent() ? 0 : 1);
    return String.format(
            Locale.ROOT,
            "matrix products in %s: %.0f GFLOP/s at best (%s); memory: %.1f GB/s (copy)%n%n",
            place.precision(),
            rates.operationsPerSecond() * 1e-9,
            rates.fastest(),
            rates.bytesPerSecond() * 1e-9)
        + new Table(lines.stream().map(line -> line.subList(0, shown)).toList());
  }

  private List<String> words(Row row) {
    return switch (row.outcome) {
      case Measured found ->
          List.of(
              row.size.name(),
              row.name,
              speed(found.perSecond),
              speed(found.most()),
              found.unit + "/s",
              limit(found),
              percent(found.reached()),
              percent(found.operationsPerSecond() / rates.operationsPerSecond()),
              peak.isPresent() ? percent(found.operationsPerSecond() / peak.getAsDouble()) : "-");
      case LeftOut(var needed, var free) ->
          List.of(
              row.size.name(),
              row.name,
              "-",
              "-",
              "left out: needs %s of memory, %s is free"
                  .formatted(Bytes.words(needed), Bytes.words(free)),
              "",
              "-",
              "-",
              "-");
    };
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f%%", 100 * share);
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
    all.put("device", place.device().toString());
    all.put("precision", place.precision().toString());
    all.putObject("machine")
        .put("operations_per_second", rates.operationsPerSecond())
        .put("fastest_product", rates.fastest())
        .put("bytes_per_second", rates.bytesPerSecond());
    var list = all.putArray("stages");
    for (var row : rows) {
      var node = list.addObject().put("size", row.size.name()).put("stage", row.name);
      switch (row.outcome) {
        case Measured found -> {
          node.put("unit", found.unit)
              .put("units_per_second", found.perSecond)
              .put("floor_units_per_second", found.most())
              .put("floor_set_by", limit(found))
              .put("reached", found.reached())
              .put("seconds", found.seconds)
              .put("operations", found.demand.operations())
              .put("operations_per_second", found.operationsPerSecond())
              .put("share_of_products", found.operationsPerSecond() / rates.operationsPerSecond())
              .put("bytes", found.demand.bytes());
          peak.ifPresent(most -> node.put("share_of_peak", found.operationsPerSecond() / most));
        }
        case LeftOut(var needed, var free) ->
            node.put("memory_needed", needed).put("memory_free", free);
      }
    }
    return all;
  }
}
