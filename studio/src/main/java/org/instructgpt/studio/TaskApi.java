package org.instructgpt.studio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.instructgpt.label.BatchProgress;
import org.instructgpt.label.LabelerWork;
import org.instructgpt.label.Lease;
import org.instructgpt.label.Lease.SkipReason;
import org.instructgpt.label.Quality;
import org.instructgpt.label.Rejected;
import org.instructgpt.label.StoredJson;
import org.instructgpt.label.Submission;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;
import org.instructgpt.web.Route;

/// Tasks for programs and for the pages' scripts, see `docs/http-api.md`.
final class TaskApi {
  /// The longest draft, in characters of its JSON.
  private static final int LONGEST_DRAFT = 400_000;

  private static final JsonMapper JSON = new JsonMapper();

  private final TaskQueue desk;
  private final Quality quality;

  TaskApi(TaskQueue desk, Quality quality) {
    this.desk = desk;
    this.quality = quality;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/api/tasks/next", LabelArea.WORKERS, this::next),
        Route.post("/api/tasks/{item}/renew", LabelArea.WORKERS, this::renew),
        Route.put("/api/tasks/{item}/draft", LabelArea.WORKERS, this::draft),
        Route.post("/api/tasks/{item}/submit", LabelArea.WORKERS, this::submit),
        Route.get("/api/tasks/{item}", LabelArea.WORKERS, this::task),
        Route.post("/api/tasks/{item}/correct", LabelArea.WORKERS, this::correct),
        Route.post("/api/tasks/{item}/skip", LabelArea.WORKERS, this::skip),
        Route.get("/api/progress", LabelArea.WORKERS, this::progress));
  }

  /// @param task absent when there is nothing to do now
  record Next(Optional<Task> task) {}

  record Task(
      String item,
      String kind,
      String mode,
      String prompt,
      List<String> outputs,
      String note,
      String instructions,
      String token,
      Instant until,
      Optional<Kept> draft) {
    static Task of(Lease lease) {
      return new Task(
          lease.item(),
          StoredJson.word(lease.kind()),
          StoredJson.word(lease.mode()),
          lease.prompt(),
          lease.outputs(),
          lease.note(),
          lease.instructions(),
          lease.token(),
          lease.until(),
          lease.draft().map(d -> new Kept(d.version(), tree(d.json()), d.saved())));
    }
  }

  record Kept(long version, JsonNode content, Instant saved) {}

  record Held(String token) {}

  record Until(Instant until) {}

  record Typed(long version, JsonNode content) {}

  record Saved(long version, Instant saved) {}

  record Handed(
      String submission, String token, LabelerWork work, Instant started, long activeMillis) {}

  /// @param bounds what was sent and cannot be, and what is kept in its place
  record Taken(
      String submission, String outcome, Instant at, Optional<List<Submission.Bound>> bounds) {
    static Taken of(Submission.Receipt receipt) {
      return new Taken(
          receipt.submission(),
          StoredJson.word(receipt.outcome()),
          receipt.at(),
          Optional.of(receipt.bounds()).filter(bounds -> !bounds.isEmpty()));
    }
  }

  /// How it stands with a task.
  ///
  /// @param state `out`, `done`, `skipped` or `gone`
  /// @param draft the version of the draft that is stored; 0 where there is none
  /// @param handedIn the newest version
  record Stands(String item, String state, long draft, Optional<HandedIn> handedIn) {}

  /// @param token may be left out; taken so that a page can send it with all else
  record Back(Optional<String> token, SkipReason reason, Optional<String> note) {}

  /// @param versions how many there are
  /// @param fixed why it cannot be corrected, as the code of a refusal; absent where it can
  record HandedIn(
      String submission,
      String outcome,
      Instant at,
      LabelerWork work,
      int versions,
      Optional<String> fixed) {}

  /// What is done and what is left.
  ///
  /// @param today what was handed in since midnight of the zone that was named, or UTC
  /// @param waiting tasks by kind
  /// @param batches for researchers
  record Mine(int today, Map<String, Integer> waiting, Optional<List<Batch>> batches) {}

  record Batch(
      String id, String name, String kind, boolean closed, int slots, int done, int surplus) {}

  private void next(Exchange exchange) {
    exchange.answer(new Next(desk.next(exchange.account().id()).map(Task::of)));
  }

  private void renew(Exchange exchange) {
    String token = exchange.json(Held.class).token();
    exchange.answer(new Until(told(() -> desk.renew(me(exchange), item(exchange), token))));
  }

  private void draft(Exchange exchange) {
    var typed = exchange.json(Typed.class);
    String json = typed.content().toString();
    if (json.length() > LONGEST_DRAFT) {
      throw ApiError.tooLarge("label.refused.draft-long", LONGEST_DRAFT);
    }
    var kept = told(() -> desk.draft(me(exchange), item(exchange), typed.version(), json));
    exchange.answer(new Saved(kept.version(), kept.saved()));
  }

  private void submit(Exchange exchange) {
    var submission = handed(exchange);
    exchange.answer(Taken.of(told(() -> desk.submit(me(exchange), submission))));
  }

  private void correct(Exchange exchange) {
    var submission = handed(exchange);
    var zone = exchange.zone();
    exchange.answer(Taken.of(told(() -> desk.correct(me(exchange), submission, zone))));
  }

  private static Submission handed(Exchange exchange) {
    var handed = exchange.json(Handed.class);
    return new Submission(
        handed.submission(),
        item(exchange),
        handed.token(),
        handed.work(),
        handed.started(),
        handed.activeMillis());
  }

  private void task(Exchange exchange) {
    var mine =
        desk.mine(me(exchange), item(exchange), exchange.zone()).orElseThrow(ApiError::missing);
    exchange.answer(
        new Stands(
            item(exchange),
            mine.state(),
            mine.draft(),
            mine.handedIn()
                .map(given ->
                    new HandedIn(
                        given.newest().id(),
                        StoredJson.word(given.newest().outcome()),
                        Instant.ofEpochMilli(given.newest().submitted()),
                        given.newest().work(),
                        given.versions(),
                        given.fixed().map(TaskApi::code)))));
  }

  private void skip(Exchange exchange) {
    var back = exchange.json(Back.class);
    told(() -> {
      desk.skip(me(exchange), item(exchange), back.reason(), back.note().orElse(""));
      return true;
    });
    exchange.answer(Map.of());
  }

  private void progress(Exchange exchange) {
    Instant now = exchange.now();
    Map<String, Integer> waiting = new TreeMap<>();
    desk.waiting(me(exchange)).forEach((kind, count) -> waiting.put(StoredJson.word(kind), count));
    Optional<List<Batch>> batches =
        exchange.account().role() == Role.RESEARCHER
            ? Optional.of(quality.progress(now).stream().map(TaskApi::batch).toList())
            : Optional.empty();
    int today = desk.today(me(exchange), exchange.zone()).count();
    exchange.answer(new Mine(today, waiting, batches));
  }

  private static Batch batch(BatchProgress p) {
    return new Batch(
        p.id(),
        p.batch().name(),
        StoredJson.word(p.batch().kind()),
        p.closed(),
        p.slots(),
        p.done(),
        p.surplus());
  }

  private static String me(Exchange exchange) {
    return exchange.account().id();
  }

  private static String item(Exchange exchange) {
    return exchange.path("item");
  }

  /// What the desk says, or its reason in the reader's language.
  static <T> T told(Supplier<T> deed) {
    try {
      return deed.get();
    } catch (Rejected rejected) {
      throw error(rejected);
    }
  }

  private static ApiError error(Rejected rejected) {
    return switch (rejected.why()) {
      case NOT_YOURS -> ApiError.missing();
      case LEASE_LOST, OLDER_DRAFT, FINISHED, OTHER_WORK, NOT_HANDED_IN, USED, DAY_OVER, GONE ->
          ApiError.conflict(code(rejected.why()));
      case HANDED_IN ->
          ApiError.conflict(code(rejected.why()), rejected.problems().getFirst().found());
      case BAD_WORK ->
          ApiError.invalid(
              rejected.problems().stream()
                  .map(p -> new ApiError.Problem(p.field(), p.expected(), p.found()))
                  .toList());
    };
  }

  static String code(Rejected.Why why) {
    return "label.refused." + StoredJson.word(why).replace('_', '-');
  }

  static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException damaged) {
      throw new IllegalStateException("expected a draft in JSON, found something else", damaged);
    }
  }
}
