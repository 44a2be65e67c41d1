package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.collect.CustomerFeedback;
import org.instructgpt.collect.Intake;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.GptConfig;
import org.instructgpt.model.Lineage;
import org.instructgpt.records.Store;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Randomness;
import org.instructgpt.torch.Scope;
import org.instructgpt.web.Account;
import org.instructgpt.web.Audit;
import org.instructgpt.web.Browser;
import org.instructgpt.web.SiteArea;
import org.instructgpt.web.TestSite;
import org.jdbi.v3.core.Handle;

/// A playground with a base and a supervised model of a few hundred parameters.
record TestPlayground(Path workspace, InferenceEngine engine, TestSite site)
    implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final Tokenizer WORDS = BpeTrainer.train(List.of("How much is the lamp?"), 290);

  /// A playground without tasks, whose models have learned from all prompts.
  static final Consents.Consequences UNUSED =
      new Consents.Consequences() {
        @Override
        public int stop(Handle handle, Set<String> prompts) {
          return 0;
        }

        @Override
        public List<String> learned(Set<String> prompts) {
          return List.of("sft");
        }
      };

  static TestPlayground start(Path workspace) throws IOException {
    return start(workspace, new SecureRandom());
  }

  /// @param random is asked for a seed after a request was checked and before it is stored
  static TestPlayground start(Path workspace, RandomGenerator random) throws IOException {
    model(workspace, "base", "pretrain");
    model(workspace, "sft", "sft");
    Files.createDirectories(workspace.resolve("reports"));
    var engine =
        new InferenceEngine(
            workspace.resolve("models"),
            new InferenceEngine.Settings(1L << 30, 4, Precision.FULL, Device.CPU));
    var site =
        TestSite.start(
            TestSite.settings(), store -> List.of(area(workspace, engine, store, random)));
    return new TestPlayground(workspace, engine, site);
  }

  private static SiteArea area(
      Path workspace, InferenceEngine engine, Store store, RandomGenerator random) {
    try {
      var intake = new Intake(store, random);
      var history = PlaygroundHistory.open(store);
      var feedback = CustomerFeedback.open(store);
      var audit = Audit.open(store, InstantSource.system());
      return Playground.of(
          new PlaygroundServices(
              engine,
              intake,
              store,
              history,
              feedback,
              List.of(history, feedback, intake),
              audit,
              workspace,
              random,
              UNUSED,
              System::nanoTime));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void model(String name, String stage) throws IOException {
    model(workspace, name, stage);
  }

  private static void model(Path workspace, String name, String stage) throws IOException {
    var folder = Files.createDirectories(workspace.resolve("models").resolve(name));
    var shape =
        new GptConfig(1, 8, 1, 128, WORDS.vocabularySize(), GptConfig.Activation.GELU, 1e-5, 0, 0);
    try (var _ = Scope.open()) {
      var gpt = new Gpt(shape, Precision.FULL, Device.CPU);
      gpt.initialize(new Randomness(1));
      Checkpoint.save(gpt, WORDS, new Lineage(stage, Map.of(), Map.of()), folder);
    }
  }

  static String question(String prompt, String... models) {
    var json = JSON.createObjectNode().put("prompt", prompt).put("longest", 12).put("seed", 7);
    var names = json.putArray("models");
    List.of(models).forEach(names::add);
    return json.toString();
  }

  record Event(String name, JsonNode data) {}

  static List<Event> events(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var events = new ArrayList<Event>();
    for (var part : answer.body().split("\n\n")) {
      if (part.startsWith("event: ")) {
        var lines = part.split("\ndata: ", 2);
        events.add(new Event(lines[0].substring(7), JSON.readTree(lines[1])));
      }
    }
    return events;
  }

  @Override
  public void close() {
    site.close();
    engine.close();
  }

  static Browser agreed(TestSite site, Account account) {
    var browser = site.signedIn(account);
    var notice = browser.get("/playground/notice").body();
    var version = notice.replaceAll("(?s).*name=\"version\" value=\"([^\"]*)\".*", "$1");
    var answer = browser.post("/playground/notice", Map.of("version", version, "accept", "yes"));
    assertThat(answer.statusCode()).isEqualTo(303);
    return browser;
  }

  static HttpResponse<String> ask(Browser browser, String json) {
    return browser.send(
        "POST",
        "/playground/ask",
        json,
        "Content-Type",
        "application/json",
        "Accept",
        "text/event-stream",
        "X-CSRF-Token",
        browser.csrf());
  }

  static String text(List<Event> events, int place) {
    var text = new StringBuilder();
    for (var event : events) {
      if (event.name().equals("text") && event.data().path("place").asInt() == place) {
        text.append(event.data().path("text").asText());
      }
    }
    return text.toString();
  }

  static int post(Browser browser, String path, String json) {
    return browser
        .send(
            "POST",
            path,
            json,
            "Content-Type",
            "application/json",
            "Accept",
            "application/json",
            "X-CSRF-Token",
            browser.csrf())
        .statusCode();
  }
}
