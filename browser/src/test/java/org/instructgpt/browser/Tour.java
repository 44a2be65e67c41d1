package org.instructgpt.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.instructgpt.label.TaskBatch.Item;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Labeler;
import org.instructgpt.text.Dialogue;
import org.instructgpt.text.Dialogue.Turn;

/// Visits every page of the studio, each as somebody who may see it, with data on it.
final class Tour {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int K = 7;

  private final Studio studio;
  private final Visitor researcher;
  private final List<Stop> stops = new ArrayList<>();

  private Tour(Studio studio) {
    this.studio = studio;
    this.researcher = studio.person("researcher", "Rosa Research");
  }

  /// A page.
  ///
  /// @param name of the page, for people and files
  /// @param route as the route table has it
  /// @param path with values
  /// @param visitor empty for nobody
  record Stop(String name, String route, String path, Optional<Visitor> visitor) {
    @Override
    public String toString() {
      return name;
    }
  }

  /// The data that the pages show, stored before the studio starts.
  static void seed(Seed seed) {
    for (var id : List.of("stars", "rain")) {
      seed.prompt(id, "Explain the " + id + " to a 6 year old in a few sentences.");
    }
    for (var id : List.of("moon", "sun", "hurt", "tea")) {
      seed.prompt(id, conversation(id));
    }
    var texts =
        IntStream.range(0, K)
            .mapToObj(i -> "An answer that is number " + i + ". ".repeat(i) + "It goes on.")
            .toList();
    seed.batch(
        "Yardstick",
        Kind.COMPARE,
        0,
        Optional.of(Labeler.Pool.RESEARCHER),
        List.of(Seed.compare("stars", texts), Seed.compare("rain", texts)));
    var none = new Item(Optional.empty(), List.of(), "");
    seed.batch("Compare the moons", Kind.COMPARE, 1, List.of(Seed.compare("moon", texts)));
    seed.batch("Demonstrations", Kind.DEMONSTRATE, 2, List.of(Seed.about("tea")));
    seed.batch("Few-shot prompts", Kind.FEW_SHOT, 3, List.of(none));
    seed.batch("Tags", Kind.TAG, 4, List.of(Seed.about("sun")));
    seed.batch(
        "Use cases",
        Kind.USER_BASED,
        5,
        List.of(new Item(Optional.empty(), List.of(), "Help a small shop to sell more")));
    seed.batch("Plain prompts", Kind.PLAIN, 6, List.of(none));
  }

  private static String conversation(String about) {
    return Dialogue.prompt(
        List.of(
            new Turn(Dialogue.Role.SYSTEM, "You talk to children. Two sentences at the most."),
            new Turn(Dialogue.Role.HUMAN, "What is the " + about + "?"),
            new Turn(Dialogue.Role.ASSISTANT, "It is <b>far away</b>.\n\nAsk me more!"),
            new Turn(Dialogue.Role.HUMAN, "Explain it to a 6 year old in a few sentences.")));
  }

  /// Walks once through a studio that began with [#seed].
  static List<Stop> of(Studio studio) {
    var tour = new Tour(studio);
    tour.anonymousPages();
    tour.research();
    tour.work();
    tour.candidates();
    tour.customer();
    tour.administration();
    return List.copyOf(tour.stops);
  }

  private void stop(String name, String route, String path, Visitor visitor) {
    stops.add(new Stop(name, route, path, Optional.of(visitor)));
  }

  private void stop(String name, String path, Visitor visitor) {
    stop(name, path.replaceFirst("\\?.*", ""), path, visitor);
  }

  private void anonymousPages() {
    for (var page : List.of("sign-in", "join", "register", "new-password")) {
      stops.add(new Stop(page, "/" + page, "/" + page, Optional.empty()));
    }
    stops.add(new Stop("not-found", "*", "/nowhere", Optional.empty()));
  }

  private void research() {
    for (int i = 0; i < 2; i++) {
      submit(researcher, task(researcher));
    }
    var batch = studio.rows("SELECT id FROM label_batch WHERE name = 'Yardstick'").getFirst();
    researcher.post("/research/batches/" + batch.get("id") + "/gold", Map.of());
    researcher.post("/research/screening/prompts", Map.of("prompts", "hurt"));
    for (var name : List.of("Lena Labels", "Li 李")) {
      var labeler = studio.person("labeler", name);
      submit(labeler, task(labeler));
    }
    stop("research", "/research", researcher);
    stop("new-batch", "/research/batches/new", researcher);
    stop(
        "close-batch",
        "/research/batches/{batch}/close",
        "/research/batches/" + batch.get("id") + "/close",
        researcher);
    stop("require-screening", "/research/screening/required", researcher);
    stop("quality", "/research/quality", researcher);
    var someone = studio.rows("SELECT labeler FROM label_annotation ORDER BY submitted DESC");
    stop(
        "labeler-quality",
        "/research/quality/{labeler}",
        "/research/quality/" + someone.getFirst().get("labeler"),
        researcher);
    stop("screening-decisions", "/research/screening", researcher);
    stop("data", "/research/data", researcher);
    stop("data-rankings", "/research/data?what=RANKINGS", researcher);
    stop("data-prompt", "/research/data/{prompt}", "/research/data/moon", researcher);
    stop("feedback", "/feedback", researcher);
    stop("arena-results", "/arena/results", researcher);
    stop("models", "/models", researcher);
    stop("model", "/models/{name}", "/models/sft", researcher);
    stop("reports", "/reports", researcher);
    stop("report", "/reports/{file}", "/reports/report.html", researcher);
    stop("report-json", "/reports/{file}", "/reports/reward.json", researcher);
    stop("forbidden", "*", "/people", researcher);
  }

  /// One labeler for each kind of task, who has skipped those that come before.
  private void work() {
    var kinds = List.of("compare", "demonstrate", "few_shot", "tag", "user_based", "plain");
    for (int i = 0; i < kinds.size(); i++) {
      var labeler = studio.person("labeler", "Worker " + kinds.get(i));
      if (i == 0) {
        stop("work-waiting", "/tasks", labeler);
        stop("instructions", "/instructions", labeler);
        for (var survey : List.of("demographics", "satisfaction")) {
          stop("survey-" + survey, "/surveys/{survey}", "/surveys/" + survey, labeler);
        }
      }
      var task = task(labeler);
      for (int skips = 0; !task.get("kind").asText().equals(kinds.get(i)); skips++) {
        if (skips > 20) {
          throw new IllegalStateException("no task " + kinds.get(i));
        }
        labeler.json(
            "POST",
            "/api/tasks/" + task.get("item").asText() + "/skip",
            "{\"reason\":\"OTHER\",\"note\":\"not mine\"}");
        task = task(labeler);
      }
      var item = task.get("item").asText();
      stop("task-" + kinds.get(i), "/tasks/{item}", "/tasks/" + item, labeler);
      if (i == 1) {
        stop("work-in-hand", "/tasks", labeler);
      }
    }
  }

  /// Candidates at each kind of question.
  private void candidates() {
    researcher.post("/research/screening/required", Map.of("required", "yes"));
    var seen = new LinkedHashMap<String, Visitor>();
    for (var kind : List.of("topics", "flag", "choice", "demonstration", "finished")) {
      var candidate = studio.person("labeler", "Candidate " + kind);
      advance(candidate, kind);
      seen.put(kind, candidate);
      stop("screening-" + kind, "/screening", candidate);
    }
    stop("work-unscreened", "/tasks", seen.get("topics"));
  }

  private static void advance(Visitor candidate, String kind) {
    for (int i = 0; i < 60; i++) {
      var page = candidate.get("/screening").body();
      var asked = hidden(page, "kind").orElse("finished");
      if (asked.equals(kind)) {
        return;
      }
      var answer =
          switch (asked) {
            case "topics" -> Map.of("topics", "HEALTH");
            case "flag" -> Map.of("sensitive", "yes");
            case "choice" -> Map.of("better", "first");
            default -> Map.of("text", "I would help them.");
          };
      var form = new LinkedHashMap<>(answer);
      form.put("kind", asked);
      form.put("id", hidden(page, "id").orElseThrow());
      candidate.post("/screening", form);
    }
    throw new IllegalStateException("the screening never asks for " + kind);
  }

  private static Optional<String> hidden(String page, String name) {
    var found =
        java.util.regex.Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"").matcher(page);
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  private void customer() {
    var stranger = studio.person("customer", "Cara New");
    stop("notice", "/playground/notice", stranger);
    var customer = studio.person("customer", "Carl Customer");
    agree(customer);
    stop("history-empty", "/playground/history", studio.person("customer", "Carla Empty"));
    customer.json(
        "POST",
        "/playground/ask",
        "{\"prompt\":\"Explain the moon to me.\",\"models\":[\"base\",\"sft\"],\"longest\":12,\"before\":["
            + "{\"role\":\"user\",\"content\":\"Hello\"},{\"role\":\"assistant\",\"content\":\"Good day!\"}]}");
    var turn = studio.rows("SELECT id FROM serve_turn").getFirst().get("id");
    customer.json(
        "POST", "/playground/turns/" + turn + "/0/report", "{\"note\":\"It does not stop.\"}");
    stop("playground", "/playground", customer);
    stop("arena", "/arena", customer);
    stop("history", "/playground/history", customer);
    stop(
        "delete-prompt",
        "/playground/history/{turn}/delete",
        "/playground/history/" + turn + "/delete",
        customer);
    stop("delete-prompts", "/playground/history/delete", customer);
    stop("notice-accepted", "/playground/notice", customer);
    stop("account", "/account", customer);
  }

  /// Accepts the notice.
  static void agree(Visitor customer) {
    var version = hidden(customer.get("/playground/notice").body(), "version").orElseThrow();
    customer.post("/playground/notice", Map.of("version", version, "accept", "yes"));
  }

  private void administration() {
    stop("people", "/people", studio.admin());
    var someone = studio.rows("SELECT id FROM web_account WHERE role = 'customer'").getFirst();
    stop(
        "disable",
        "/people/{account}/disable",
        "/people/" + someone.get("id") + "/disable",
        studio.admin());
    stop("audit", "/audit", studio.admin());
  }

  /// The next task of somebody.
  static JsonNode task(Visitor visitor) {
    var answer = visitor.json("POST", "/api/tasks/next", "{}");
    try {
      var task = JSON.readTree(answer.body()).path("task");
      if (task.isMissingNode()) {
        throw new IllegalStateException("no task: " + answer.body());
      }
      return task;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /// Submits a comparison: the second output is harmful, the ranks follow the texts.
  static void submit(Visitor visitor, JsonNode task) {
    var outputs = new ArrayList<String>();
    var ranks = new ArrayList<Integer>();
    for (var output : task.get("outputs")) {
      boolean hurts = output.asText().contains("number 1");
      outputs.add(
          "{\"quality\":4,\"flags\":["
              + (hurts ? "\"VIOLENT_CONTENT\"" : "")
              + "],\"note\":\"A note\"}");
      ranks.add(1 + outputs.size() / 2);
    }
    var body =
        """
        {"submission":"%s","token":"%s","started":"%s","activeMillis":61000,
         "work":{"type":"compared","outputs":%s,"ranks":%s}}\
        """
            .formatted(
                UUID.randomUUID(),
                task.get("token").asText(),
                java.time.Instant.now(),
                outputs,
                ranks);
    var answer = visitor.json("POST", "/api/tasks/" + task.get("item").asText() + "/submit", body);
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
  }
}
