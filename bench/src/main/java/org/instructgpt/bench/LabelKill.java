package org.instructgpt.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.instructgpt.label.Desk;
import org.instructgpt.label.Desk.Kind;
import org.instructgpt.records.Store;

/// Kills a program at a random moment while labelers work in it, again and again, and looks whether
/// anything that was acknowledged is lost or counted twice.
///
/// `bench/run LabelKill --store /tmp/kill.db --times 100 --labelers 64`; `--store postgresql`
/// starts an embedded server, which lives on while its client is killed. After each kill the next
/// program first hands in again what had no answer, as a client would.
public final class LabelKill {
  private static final int OVERLAP = 3;

  private LabelKill() {}

  /// What was seen over all kills.
  ///
  /// @param lost acknowledged, and not there
  /// @param older drafts that are older than what was acknowledged
  record Result(
      int kills,
      int acknowledged,
      int unanswered,
      int lost,
      int older,
      Map<String, Long> breaches) {
    boolean good() {
      return lost == 0 && older == 0 && breaches.isEmpty();
    }
  }

  public static void main(String[] arguments) throws Exception {
    var flags = LabelLoad.flags(arguments);
    Path folder = Files.createTempDirectory("kills");
    if (flags.containsKey("child")) {
      work(
          flags.getOrDefault("store", ""),
          Path.of(flags.getOrDefault("child", "")),
          LabelLoad.whole(flags, "labelers", 64));
      return;
    }
    try (var place = Place.of(flags.getOrDefault("store", "postgresql"))) {
      var result =
          run(
              place.store(),
              folder.resolve("journal.txt"),
              LabelLoad.whole(flags, "labelers", 64),
              LabelLoad.whole(flags, "times", 100),
              RandomGeneratorFactory.of("L64X128MixRandom")
                  .create(LabelLoad.whole(flags, "seed", 1)));
      System.out.println(result);
      if (!result.good()) {
        System.exit(1);
      }
    }
  }

  /// The program that is killed.
  private static void work(String where, Path journal, int people) throws Exception {
    try (var store = Store.open(where);
        var lines = new Journal(journal)) {
      var desk = Desk.open(store, InstantSource.system(), new SecureRandom());
      var labelers = new Labelers(desk, lines, people, 4);
      labelers.retry(Journal.read(journal));
      System.out.println("working");
      labelers.work(new Labelers.Timings(), () -> false);
    }
  }

  static Result run(String where, Path journal, int people, int times, RandomGenerator random)
      throws Exception {
    int unanswered = 0;
    for (int kill = 0; kill < times; kill++) {
      // Always enough to do: a round takes some seconds at most.
      open(where, people, 3000, kill);
      kill(where, journal, people, random.nextInt(20, 1500));
      unanswered += Journal.read(journal).unanswered().size();
    }
    try (var store = Store.open(where);
        var lines = new Journal(journal)) {
      var desk = Desk.open(store, InstantSource.system(), new SecureRandom());
      int older = older(store, Journal.read(journal));
      new Labelers(desk, lines, people, 0).retry(Journal.read(journal));
      var read = Journal.read(journal);
      var missing = new HashSet<>(read.acknowledged());
      missing.removeAll(
          store.read(handle ->
              handle.createQuery("SELECT id FROM label_annotation").mapTo(String.class).set()));
      var breaches = new HashMap<>(Labelers.breaches(store));
      long rows =
          store.read(handle ->
              handle.createQuery("SELECT count(*) FROM label_annotation").mapTo(Long.class).one());
      if (rows != read.acknowledged().size()) {
        breaches.put("rows that were never acknowledged", rows - read.acknowledged().size());
      }
      return new Result(
          times, read.acknowledged().size(), unanswered, missing.size(), older, breaches);
    }
  }

  private static void open(String where, int people, int items, int round) throws IOException {
    try (var store = Store.open(where)) {
      var desk = Desk.open(store, InstantSource.system(), new SecureRandom());
      Labelers.prepare(
          store, desk, people, items, Labelers.batch("round-" + round, Kind.DEMONSTRATE, OVERLAP));
    }
  }

  private static void kill(String where, Path journal, int people, int millis) throws Exception {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LabelKill.class.getName(),
                "--child",
                journal.toString(),
                "--store",
                where,
                "--labelers",
                "" + people)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var said = program.inputReader()) {
      String first = said.readLine();
      if (!"working".equals(first)) {
        throw new IllegalStateException("expected the program to work, it said: " + first);
      }
      Thread.sleep(millis);
      program.destroyForcibly();
      program.waitFor();
    }
  }

  /// Drafts that were acknowledged, not handed in, and lie in the store in an older version or not
  /// at all.
  private static int older(Store store, Journal.Read read) {
    return store.read(handle -> {
      int older = 0;
      for (var draft : read.drafts().entrySet()) {
        boolean there =
            handle
                .createQuery(
                    """
                    SELECT 1 FROM label_draft WHERE item = :item AND labeler = :me AND version >= :v
                    UNION ALL
                    SELECT 1 FROM label_annotation WHERE item = :item AND labeler = :me LIMIT 1\
                    """)
                .bind("item", draft.getKey().item())
                .bind("me", draft.getKey().labeler())
                .bind("v", draft.getValue())
                .mapTo(Integer.class)
                .findFirst()
                .isPresent();
        older += there ? 0 : 1;
      }
      return older;
    });
  }
}
