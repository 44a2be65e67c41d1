package org.instructgpt.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Store;

/// Kills the site at random moments while labelers work over HTTP, and checks after each kill
/// whether acknowledged work is lost or counted twice. The labelers go on and repeat the calls that
/// got no answer.
///
/// `bench/run LabelKill --store /tmp/kill.db --times 100 --labelers 64`; `--store postgresql`
/// starts an embedded server, and with `--servers 4` every fourth kill is of that server's
/// processes instead of the site's.
public final class LabelKill {
  private static final int OVERLAP = 3;
  private static final int DRAFT_EVERY = 4;
  private static final int PATIENCE_MILLIS = 30_000;
  private static final List<String> QUICK_TO_START = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1");

  private LabelKill() {}

  /// The settings.
  ///
  /// @param servers every so many kills, the database server is killed; 0 for never
  /// @param longest the longest time from the site being under load again to the kill, in
  ///   milliseconds
  record Plan(TaskSupply supply, int times, int servers, int longest) {}

  /// The result of all kills.
  ///
  /// @param kills of the site; `servers` counts those of the database server
  /// @param repeated calls that were repeated because they got no answer
  /// @param lost acknowledged submissions that are not in the store
  /// @param outdatedDrafts drafts in the store that are older than the acknowledged version
  /// @param draftAge the longest typing that was not stored, in milliseconds
  record Result(
      int kills,
      int servers,
      int acknowledged,
      long repeated,
      int lost,
      int outdatedDrafts,
      long draftAge,
      Map<String, Long> breaches) {
    boolean good() {
      return lost == 0 && outdatedDrafts == 0 && draftAge <= 2000 && breaches.isEmpty();
    }
  }

  public static void main(String[] arguments) throws Exception {
    var flags = BenchmarkFlags.of(arguments);
    var supply =
        new TaskSupply(
            flags.whole("labelers", 64),
            flags.whole("leases", 120_000),
            OVERLAP,
            Kind.valueOf(flags.text("kind", "COMPARE")));
    var plan =
        new Plan(
            supply,
            flags.whole("times", 100),
            flags.whole("servers", 0),
            flags.whole("longest", 1500));
    try (var location = StoreLocation.of(flags.text("store", "postgresql"))) {
      var random = RandomGeneratorFactory.of("L64X128MixRandom").create(flags.whole("seed", 1));
      var result = new Killing(location, plan, random).run();
      System.out.println(result);
      if (!result.good()) {
        System.exit(1);
      }
    }
  }

  /// One run of the benchmark.
  static final class Killing {
    private final StoreLocation location;
    private final Plan plan;
    private final RandomGenerator random;
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private int lost;
    private int outdatedDrafts;
    private long draftAge;
    private int kills;
    private int servers;

    Killing(StoreLocation location, Plan plan, RandomGenerator random) {
      this.location = location;
      this.plan = plan;
      this.random = random;
    }

    Result run() throws IOException, InterruptedException {
      var people = plan.supply().into(location.store());
      var site = RunningSite.start(location.store(), 0, QUICK_TO_START);
      var stop = new AtomicBoolean();
      var labelers =
          new VirtualLabelers(site.port(), people, acknowledgements, OVERLAP, DRAFT_EVERY, 0);
      var work =
          CompletableFuture.runAsync(
              () -> labelers.work(new VirtualLabelers.Timings(), stop::get),
              Thread.ofPlatform()::start);
      for (int time = 1; time <= plan.times(); time++) {
        boolean server =
            location.canKillServer() && plan.servers() > 0 && time % plan.servers() == 0;
        long up = System.currentTimeMillis();
        underLoad();
        Thread.sleep(random.nextInt(plan.longest()));
        long killed = System.currentTimeMillis();
        if (server) {
          servers++;
          location.kill();
          location.restart();
          check(up, killed);
        } else {
          site.kill();
          check(up, killed);
          site = RunningSite.start(location.store(), labelers.port(), QUICK_TO_START);
        }
      }
      stop.set(true);
      work.join();
      site.close();
      return result();
    }

    /// Waits until each labeler could have submitted something since the last kill, so that a
    /// program under load is killed and not one that has just started.
    private void underLoad() throws InterruptedException {
      int enough = acknowledgements.submissions() + plan.supply().people();
      for (int wait = 0;
          acknowledgements.submissions() < enough && wait < PATIENCE_MILLIS;
          wait += 10) {
        Thread.sleep(10);
      }
    }

    private void check(long up, long killed) throws IOException {
      var state = acknowledgements.state();
      try (var store = Store.open(location.store())) {
        var audit = new StoreAudit(store);
        lost += audit.lost(state);
        outdatedDrafts += audit.outdatedDrafts(state);
        draftAge = Math.max(draftAge, audit.lostTyping(state, up, killed));
      }
      kills++;
      System.err.printf(
          "%d kills: %d acknowledged, %d lost, %d older drafts, at most %d ms of typing gone%n",
          kills, state.acknowledged().size(), lost, outdatedDrafts, draftAge);
    }

    private Result result() throws IOException {
      try (var store = Store.open(location.store())) {
        var audit = new StoreAudit(store);
        var breaches = new TreeMap<>(acknowledgements.breaches());
        breaches.putAll(audit.breaches());
        long more = audit.annotations() - acknowledgements.submissions();
        if (more != 0) {
          breaches.put("rows beyond the submissions that were acknowledged", more);
        }
        return new Result(
            kills - servers,
            servers,
            acknowledgements.submissions(),
            acknowledgements.repeated(),
            lost + audit.lost(acknowledgements.state()),
            outdatedDrafts + audit.outdatedDrafts(acknowledgements.state()),
            draftAge,
            breaches);
      }
    }
  }
}
