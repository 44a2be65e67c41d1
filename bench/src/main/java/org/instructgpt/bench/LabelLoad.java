package org.instructgpt.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.ConcurrentHistogram;
import org.instructgpt.label.Desk;
import org.instructgpt.label.Desk.Kind;
import org.instructgpt.records.Store;

/// Simulated labelers at the desk of one store as fast as they can: how long they wait for the next
/// item and for a receipt, and whether each item got the annotations it should.
///
/// `bench/run LabelLoad --store /tmp/load.db --labelers 64 --leases 50000 --overlap 3 --seconds
/// 600`. `--store postgresql` starts an embedded server. With `--seconds`, batches follow each
/// other until the time is over.
public final class LabelLoad {
  private LabelLoad() {}

  /// What was measured.
  ///
  /// @param times percentiles in milliseconds, by name
  record Result(
      int submissions, double seconds, Map<String, Double> times, Map<String, Long> breaches) {
    double perSecond() {
      return submissions / seconds;
    }
  }

  public static void main(String[] arguments) throws Exception {
    var flags = flags(arguments);
    String journal = flags.getOrDefault("journal", "");
    Path file = journal.isEmpty() ? Files.createTempFile("journal", ".txt") : Path.of(journal);
    try (var place = Place.of(flags.getOrDefault("store", "postgresql"))) {
      var result =
          run(
              place.store(),
              file,
              whole(flags, "labelers", 64),
              whole(flags, "leases", 50_000),
              whole(flags, "overlap", 3),
              whole(flags, "seconds", 0),
              Kind.valueOf(flags.getOrDefault("kind", "COMPARE")));
      System.out.printf(
          Locale.ROOT,
          "%d submissions in %.1f s, %.0f a second; RSS %d MB%n",
          result.submissions,
          result.seconds,
          result.perSecond(),
          resident());
      result.times.forEach((name, ms) -> System.out.printf(Locale.ROOT, "%s %.1f ms%n", name, ms));
      System.out.println("breaches: " + result.breaches);
      if (!result.breaches.isEmpty()) {
        System.exit(1);
      }
    }
  }

  static Result run(
      String where, Path journal, int people, int leases, int overlap, int seconds, Kind kind)
      throws Exception {
    try (var store = Store.open(where);
        var lines = new Journal(journal)) {
      var desk = Desk.open(store, InstantSource.system(), new SecureRandom());
      var timings = new Labelers.Timings();
      int items = (leases + overlap - 1) / overlap;
      int submissions = 0;
      long working = 0;
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      for (int round = 0; round == 0 || System.nanoTime() < end; round++) {
        Labelers.prepare(
            store,
            desk,
            people,
            items,
            Labelers.batch("batch-" + System.nanoTime(), kind, overlap));
        long began = System.nanoTime();
        submissions +=
            new Labelers(desk, lines, people, 0)
                .work(timings, () -> seconds > 0 && System.nanoTime() > end);
        working += System.nanoTime() - began;
      }
      var times = new java.util.TreeMap<String, Double>();
      percentiles("next", timings.next(), times);
      percentiles("submit", timings.submit(), times);
      var breaches = new HashMap<>(Labelers.breaches(store));
      int expected = items * overlap;
      if (seconds == 0 && submissions != expected) {
        breaches.put("submissions instead of " + expected, (long) submissions);
      }
      return new Result(submissions, working / 1e9, times, breaches);
    }
  }

  private static void percentiles(
      String name, ConcurrentHistogram histogram, Map<String, Double> times) {
    for (double percentile : new double[] {50, 99, 99.9}) {
      times.put(
          String.format(Locale.ROOT, "%s p%s", name, percentile),
          histogram.getValueAtPercentile(percentile) / 1000.0);
    }
    times.put(name + " most", histogram.getMaxValue() / 1000.0);
  }

  /// Megabytes of memory that this program holds; 0 where the system does not say.
  private static long resident() throws java.io.IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0L);
  }

  static Map<String, String> flags(String[] arguments) {
    var flags = new HashMap<String, String>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
        throw new IllegalArgumentException("expected --name value, found " + arguments[i]);
      }
      flags.put(arguments[i].substring(2), arguments[i + 1]);
    }
    return flags;
  }

  static int whole(Map<String, String> flags, String name, int preset) {
    return Integer.parseInt(flags.getOrDefault(name, "" + preset));
  }
}
