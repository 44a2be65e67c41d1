package org.instructgpt.bench;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.label.LabelingExports;
import org.instructgpt.label.OutputSource;
import org.instructgpt.label.Quality;
import org.instructgpt.label.Rounds;
import org.instructgpt.label.Screening;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.records.Store;
import org.instructgpt.studio.LabelArea;
import org.instructgpt.web.Audit;
import org.instructgpt.web.Site;
import org.instructgpt.web.SiteArea;
import org.instructgpt.web.SiteSettings;

/// The labeling site as a separate process that can be killed: `LabelSite STORE PORT` prints `up
/// PORT` and runs until its input ends.
final class LabelSite {
  /// High enough that no call is refused by the rate limit.
  private static final int REQUESTS_PER_SECOND = 1_000_000;

  private LabelSite() {}

  public static void main(String[] arguments) throws Exception {
    var store = Store.open(arguments[0]);
    var clock = InstantSource.system();
    var random = new SecureRandom();
    var settings =
        new SiteSettings(
            "127.0.0.1",
            Integer.parseInt(arguments[1]),
            Optional.empty(),
            false,
            REQUESTS_PER_SECOND,
            Duration.ofSeconds(5));
    var site = Site.start(settings, store, List.of(area(store, clock, random)), clock, random);
    System.out.println("up " + site.port());
    System.in.read();
    site.close();
    store.close();
  }

  private static SiteArea area(Store store, InstantSource clock, SecureRandom random)
      throws Exception {
    var queue = TaskQueue.open(store, Audit.open(store, clock), clock, random);
    byte[] key = "a key of benchmarks of 32 bytes.".getBytes(StandardCharsets.UTF_8);
    return LabelArea.of(
        queue,
        Screening.open(store, Audit.open(store, clock), clock, random),
        new Quality(store),
        Surveys.open(store),
        new LabelingExports(store, key, clock, _ -> _ -> Optional.of(Map.of())),
        new Rounds(queue, store, OutputSource.none(), random),
        store);
  }
}
