package org.instructgpt.browser;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.label.LabelingExports;
import org.instructgpt.label.OutputSource;
import org.instructgpt.label.Quality;
import org.instructgpt.label.Rounds;
import org.instructgpt.label.Screening;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.records.Store;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.studio.Consents;
import org.instructgpt.studio.LabelArea;
import org.instructgpt.studio.Playground;
import org.instructgpt.studio.PlaygroundHistory;
import org.instructgpt.studio.PlaygroundServices;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.web.Accounts;
import org.instructgpt.web.Audit;
import org.instructgpt.web.Route;
import org.instructgpt.web.Site;
import org.instructgpt.web.SiteArea;
import org.instructgpt.web.SiteSettings;
import org.jdbi.v3.core.Handle;

/// All routes of the studio, read from a site of its areas over an empty store.
final class RouteTable {
  private static final byte[] KEY =
      "a key of a test, thirty-two bytes long".getBytes(StandardCharsets.UTF_8);

  private RouteTable() {}

  static List<Route> all() throws IOException {
    var folder = Files.createTempDirectory("routes");
    var clock = Clock.systemUTC();
    var random = new SecureRandom();
    try (var store = Store.open(folder.resolve("feedback.db"));
        var engine =
            new InferenceEngine(
                folder.resolve("models"),
                new InferenceEngine.Settings(0, 1, Precision.FULL, Device.CPU));
        var site =
            Site.start(
                SiteSettings.local(0),
                store,
                List.of(label(store), playground(store, engine, folder)),
                clock,
                random)) {
      return site.routes();
    }
  }

  /// The routes that answer with a page.
  static List<Route> pages() throws IOException {
    return all().stream()
        .filter(route -> route.method() == Route.Method.GET)
        .filter(route -> !route.path().startsWith("/api/"))
        .filter(route -> !route.path().matches(".*(download|\\.zip|\\.jsonl|/document)"))
        .filter(route -> !route.path().equals("/")) // leads to one of the others
        .toList();
  }

  private static SiteArea label(Store store) throws IOException {
    var clock = Clock.systemUTC();
    var random = new SecureRandom();
    var queue = TaskQueue.open(store, Audit.open(store, clock), clock, random);
    return LabelArea.of(
        queue,
        Screening.open(store, Audit.open(store, clock), clock, random),
        new Quality(store),
        Surveys.open(store),
        new LabelingExports(store, KEY, clock, _ -> _ -> Optional.of(Map.of())),
        new Rounds(queue, store, OutputSource.none(), random),
        store);
  }

  private static SiteArea playground(Store store, InferenceEngine engine, Path folder)
      throws IOException {
    var random = new SecureRandom();
    var history = PlaygroundHistory.open(store);
    return Playground.of(
        new PlaygroundServices(
            engine,
            new Intake(store, random),
            store,
            history,
            CustomerFeedback.open(store),
            List.of(history),
            Accounts.open(store, Clock.systemUTC(), random).audit(),
            folder,
            random,
            new Consents.Consequences() {
              @Override
              public int stop(Handle handle, Set<String> prompts) {
                return 0;
              }

              @Override
              public List<String> learned(Set<String> prompts) {
                return List.of();
              }
            },
            System::nanoTime));
  }
}
