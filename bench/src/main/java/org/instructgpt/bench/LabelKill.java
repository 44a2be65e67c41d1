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

/// Kills the site at a random moment while labelers work over HTTP, again and again, and looks each
/// time whether anything that was acknowledged is lost or counted twice. The labelers live on, and
/// ask again what got no answer.
///
/// `bench/run LabelKill --store /tmp/kill.db --times 100 --labelers 64`; `--store postgresql`
/// starts an embedded server, and with `--servers 4` every fourth kill takes that server's
/// processes in place of the site's.
public final class LabelKill {
  private static final int OVERLAP = 3;
  private static final int DRAFT_EVERY = 4;
  private static final int PATIENCE_MILLIS = 30_000;
  private static final List<String> QUICK_TO_START = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1");

  private LabelKill() {}

  /// What is to be done.
  ///
  /// @param servers every how many kills the database's server is meant; 0 for never
  /// @param longest from the moment that the site is under load again to the kill, in milliseconds
  record Plan(TaskSupply supply, int times, int servers, int longest) {}

  /// What was seen over all kills.
  ///
  /// @param kills of the site; `servers` of the database's server
  /// @param again calls that got no answer and were made again
  /// @param lost acknowledged, and not there
  /// @param older drafts that are older than what was acknowledged
  /// @param draftAge the most that was typed and not stored, in milliseconds
  record Result(
      int kills,
      int servers,
      int acknowledged,
      long again,
      int lost,
      int older,
      long draftAge,
      Map<String, Long> breaches) {
    boolean good() {
      return lost == 0 && older == 0 && draftAge <= 2000 && breaches.isEmpty();
    }
  }

  public static void main(String[] arguments) throws Exception {
    var flags = LabelLoad.flags(arguments);
    var supply =
        new TaskSupply(
            LabelLoad.whole(flags, "labelers", 64),
            LabelLoad.whole(flags, "leases", 120_000),
            OVERLAP,
            Kind.valueOf(flags.getOrDefault("kind", "COMPARE")));
    var plan =
        new Plan(
            supply,
            LabelLoad.whole(flags, "times", 100),
            LabelLoad.whole(flags, "servers", 0),
            LabelLoad.whole(flags, "longest", 1500));
    try (var place = StoreLocation.of(flags.getOrDefault("store", "postgresql"))) {
      var random =
          RandomGeneratorFactory.of("L64X128MixRandom").create(LabelLoad.whole(flags, "seed", 1));
      var result = new Killing(place, plan, random).run();
      System.out.println(result);
      if (!result.good()) {
        System.exit(1);
      }
    }
  }

  /// One measurement.
  static final class Killing {
    private final StoreLocation place;
    private final Plan plan;
    private final RandomGenerator random;
    private final Acknowledgements ledger = new Acknowledgements();
    private int lost;
    private int older;
    private long draftAge;
    private int kills;
    private int servers;

    Killing(StoreLocation place, Plan plan, RandomGenerator random) {
      this.place = place;
      this.plan = plan;
      this.random = random;
    }

    Result run() throws IOException, InterruptedException {
      var people = plan.supply().into(place.store());
      var site = RunningSite.start(place.store(), 0, QUICK_TO_START);
      var over = new AtomicBoolean();
      var labelers = new VirtualLabelers(site.port(), people, ledger, OVERLAP, DRAFT_EVERY, 0);
      var work =
          CompletableFuture.runAsync(
              () -> labelers.work(new VirtualLabelers.Timings(), over::get),
              Thread.ofPlatform()::start);
      for (int time = 1; time <= plan.times(); time++) {
        boolean server = place.mortal() && plan.servers() > 0 && time % plan.servers() == 0;
        long up = System.currentTimeMillis();
        underLoad();
        Thread.sleep(random.nextInt(plan.longest()));
        long killed = System.currentTimeMillis();
        if (server) {
          servers++;
          place.kill();
          place.revive();
          look(up, killed);
        } else {
          site.kill();
          look(up, killed);
          site = RunningSite.start(place.store(), labelers.port(), QUICK_TO_START);
        }
      }
      over.set(true);
      work.join();
      site.close();
      return result();
    }

    /// Until everybody could have handed in something since the last kill: the program has just
    /// started, and what is to be killed is a program under load.
    private void underLoad() throws InterruptedException {
      int enough = ledger.submissions() + plan.supply().people();
      for (int wait = 0; ledger.submissions() < enough && wait < PATIENCE_MILLIS; wait += 10) {
        Thread.sleep(10);
      }
    }

    private void look(long up, long killed) throws IOException {
      var state = ledger.state();
      try (var store = Store.open(place.store())) {
        var books = new StoreAudit(store);
        lost += books.lost(state);
        older += books.older(state);
        draftAge = Math.max(draftAge, books.gone(state, up, killed));
      }
      kills++;
      System.err.printf(
          "%d kills: %d acknowledged, %d lost, %d older drafts, at most %d ms of typing gone%n",
          kills, state.acknowledged().size(), lost, older, draftAge);
    }

    private Result result() throws IOException {
      try (var store = Store.open(place.store())) {
        var books = new StoreAudit(store);
        var breaches = new TreeMap<>(ledger.breaches());
        breaches.putAll(books.breaches());
        long more = books.annotations() - ledger.submissions();
        if (more != 0) {
          breaches.put("rows beyond the submissions that were acknowledged", more);
        }
        return new Result(
            kills - servers,
            servers,
            ledger.submissions(),
            ledger.repeated(),
            lost + books.lost(ledger.state()),
            older + books.older(ledger.state()),
            draftAge,
            breaches);
      }
    }
  }
}
