package org.instructgpt.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Store;

/// Simulated labelers at the site, over HTTP on this machine: how long they wait for the next item
/// and for a receipt, and whether each item got the annotations it should.
///
/// `bench/run LabelLoad --store /tmp/load.db --labelers 64 --leases 50000 --overlap 3`. `--store
/// postgresql` starts an embedded server. They work as fast as they get answers until nothing is
/// left; `--rate 320` makes them begin so many items a second together, `--seconds 600` ends it
/// earlier, `--warmup 10` leaves the first seconds out of the times, `--drafts 4` types every
/// fourth item with four drafts. The site is a separate process and shares the processors with the
/// labelers.
public final class LabelLoad {
  private LabelLoad() {}

  /// The settings.
  record Plan(TaskSupply supply, int rate, int seconds, int warmup, int draftEvery) {}

  /// The measurements.
  ///
  /// @param seconds from the first call to the last answer
  /// @param repeated calls that were repeated because they got no answer
  /// @param times percentiles in milliseconds, by name
  /// @param processors how many processors the site used on average
  /// @param resident memory of the site, in megabytes
  record Result(
      int submissions,
      double seconds,
      long repeated,
      double processors,
      long resident,
      Map<String, Double> times,
      Map<String, Long> breaches) {}

  public static void main(String[] arguments) throws Exception {
    var flags = BenchmarkFlags.of(arguments);
    var supply =
        new TaskSupply(
            flags.whole("labelers", 64),
            flags.whole("leases", 50_000),
            flags.whole("overlap", 3),
            Kind.valueOf(flags.text("kind", "COMPARE")));
    var plan =
        new Plan(
            supply,
            flags.whole("rate", 0),
            flags.whole("seconds", 0),
            flags.whole("warmup", 0),
            flags.whole("drafts", 0));
    try (var location = StoreLocation.of(flags.text("store", "postgresql"))) {
      var result = run(location.store(), plan);
      System.out.printf(
          Locale.ROOT,
          "%d submissions in %.1f s, %.0f a second; %d calls again; site: %.2f processors, %d MB%n",
          result.submissions,
          result.seconds,
          result.submissions / result.seconds,
          result.repeated,
          result.processors,
          result.resident);
      result.times.forEach((name, ms) -> System.out.printf(Locale.ROOT, "%s %.1f ms%n", name, ms));
      System.out.println("breaches: " + result.breaches);
      if (!result.breaches.isEmpty()) {
        System.exit(1);
      }
    }
  }

  static Result run(String where, Plan plan) throws Exception {
    var people = plan.supply().into(where);
    var acknowledgements = new Acknowledgements();
    var timings = new VirtualLabelers.Timings();
    double seconds;
    double processors;
    long resident;
    try (var site = RunningSite.start(where, 0, List.of("-Xmx512m"));
        var clock = Executors.newSingleThreadScheduledExecutor()) {
      var warm = clock.schedule(timings::forget, plan.warmup(), TimeUnit.SECONDS);
      var labelers =
          new VirtualLabelers(
              site.port(),
              people,
              acknowledgements,
              plan.supply().overlap(),
              plan.draftEvery(),
              plan.rate());
      var before = site.processorTime();
      long began = System.nanoTime();
      long end = began + plan.seconds() * 1_000_000_000L;
      labelers.work(timings, () -> plan.seconds() > 0 && System.nanoTime() > end);
      seconds = (System.nanoTime() - began) / 1e9;
      processors = site.processorTime().minus(before).toNanos() / 1e9 / seconds;
      resident = site.resident();
      warm.cancel(false);
    }
    try (var store = Store.open(where)) {
      var breaches = new HashMap<>(acknowledgements.breaches());
      var audit = new StoreAudit(store);
      breaches.putAll(audit.breaches());
      long more = audit.annotations() - acknowledgements.submissions();
      if (more != 0) {
        breaches.put("rows beyond the submissions that were acknowledged", more);
      }
      int lost = audit.lost(acknowledgements.state());
      if (lost != 0) {
        breaches.put("lost", (long) lost);
      }
      return new Result(
          acknowledgements.submissions(),
          seconds,
          acknowledgements.repeated(),
          processors,
          resident,
          times(timings),
          breaches);
    }
  }

  static Map<String, Double> times(VirtualLabelers.Timings timings) {
    var times = new TreeMap<String, Double>();
    percentiles("next", timings.next(), times);
    percentiles("submit", timings.submit(), times);
    if (timings.draft().getTotalCount() > 0) {
      percentiles("draft", timings.draft(), times);
    }
    return times;
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
}
