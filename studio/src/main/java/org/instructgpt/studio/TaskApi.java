package org.instructgpt.studio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.instructgpt.files.Json;
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

/// The HTTP API of tasks, for programs and for the pages' scripts; see `docs/http-api.md`.
final class TaskApi {
  /// The longest draft, in characters of its JSON.
  private static final int LONGEST_DRAFT = 400_000;

  private static final ObjectMapper JSON = Json.LENIENT;

  private final TaskQueue queue;
  private final Quality quality;

  TaskApi(TaskQueue queue, Quality quality) {
    this.queue = queue;
    this.quality = quality;
  }

  List<Route> routes() {
    return List.of(
        Route.post("/api/tasks/next", StudioAccess.WORKERS, this::next),
        Route.post("/api/tasks/{item}/renew", StudioAccess.WORKERS, this::renew),
        Route.put("/api/tasks/{item}/draft", StudioAccess.WORKERS, this::draft),
        Route.post("/api/tasks/{item}/submit", StudioAccess.WORKERS, this::submit),
        Route.get("/api/tasks/{item}", StudioAccess.WORKERS, this::task),
        Route.post("/api/tasks/{item}/correct", StudioAccess.WORKERS, this::correct),
        Route.post("/api/tasks/{item}/skip", StudioAccess.WORKERS, this::skip),
        Route.get("/api/progress", StudioAccess.WORKERS, this::progress));
  }

  /// The answer to a request for a task.
  ///
  /// @param task absent when there is none at the moment
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
      Optional<StoredDraft> draft) {
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
          lease.draft().map(d -> new StoredDraft(d.version(), tree(d.json()), d.saved())));
    }
  }

  record StoredDraft(long version, JsonNode content, Instant saved) {}

  record LeaseToken(String token) {}

  record Renewed(Instant until) {}

  record DraftUpdate(long version, JsonNode content) {}

  record DraftSaved(long version, Instant saved) {}

  record SubmitRequest(
      String submission, String token, LabelerWork work, Instant started, long activeMillis) {}

  /// @param bounds values that were sent out of bounds, with what is stored instead
  record SubmitResponse(
      String submission, String outcome, Instant at, Optional<List<Submission.Bound>> bounds) {
    static SubmitResponse of(Submission.Receipt receipt) {
      return new SubmitResponse(
          receipt.submission(),
          StoredJson.word(receipt.outcome()),
          receipt.at(),
          Optional.of(receipt.bounds()).filter(bounds -> !bounds.isEmpty()));
    }
  }

  /// The state of a task.
  ///
  /// @param state `out`, `done`, `skipped` or `gone`
  /// @param draft version of the stored draft; 0 where there is none
  /// @param handedIn the newest submitted version
  record TaskStatus(String item, String state, long draft, Optional<HandedIn> handedIn) {}

  /// @param token ignored; allowed so that a page can send it in every request
  record SkipRequest(Optional<String> token, SkipReason reason, Optional<String> note) {}

  /// What was submitted for a task.
  ///
  /// @param versions number of versions
  /// @param fixed the error code that says why it can no longer be corrected; absent where it can
  record HandedIn(
      String submission,
      String outcome,
      Instant at,
      LabelerWork work,
      int versions,
      Optional<String> fixed) {}

  /// Progress of the account, and for researchers of all batches.
  ///
  /// @param today number of submissions since midnight of the requested zone, or UTC
  /// @param waiting number of available tasks by kind
  /// @param batches absent for labelers
  record Progress(int today, Map<String, Integer> waiting, Optional<List<Batch>> batches) {}

  record Batch(
      String id, String name, String kind, boolean closed, int slots, int done, int surplus) {}

  private void next(Exchange exchange) {
    exchange.answer(new Next(queue.next(exchange.account().id()).map(Task::of)));
  }

  private void renew(Exchange exchange) {
    String token = exchange.json(LeaseToken.class).token();
    exchange.answer(
        new Renewed(orApiError(() -> queue.renew(me(exchange), item(exchange), token))));
  }

  private void draft(Exchange exchange) {
    var typed = exchange.json(DraftUpdate.class);
    String json = typed.content().toString();
    if (json.length() > LONGEST_DRAFT) {
      throw ApiError.tooLarge("label.refused.draft-long", LONGEST_DRAFT);
    }
    var kept = orApiError(() -> queue.draft(me(exchange), item(exchange), typed.version(), json));
    exchange.answer(new DraftSaved(kept.version(), kept.saved()));
  }

  private void submit(Exchange exchange) {
    var submission = submission(exchange);
    exchange.answer(SubmitResponse.of(orApiError(() -> queue.submit(me(exchange), submission))));
  }

  private void correct(Exchange exchange) {
    var submission = submission(exchange);
    var zone = exchange.zone();
    exchange.answer(
        SubmitResponse.of(orApiError(() -> queue.correct(me(exchange), submission, zone))));
  }

  private static Submission submission(Exchange exchange) {
    var handed = exchange.json(SubmitRequest.class);
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
        queue.mine(me(exchange), item(exchange), exchange.zone()).orElseThrow(ApiError::missing);
    exchange.answer(
        new TaskStatus(
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
    var back = exchange.json(SkipRequest.class);
    orApiError(() -> {
      queue.skip(me(exchange), item(exchange), back.reason(), back.note().orElse(""));
      return true;
    });
    exchange.answer(Map.of());
  }

  private void progress(Exchange exchange) {
    Instant now = exchange.now();
    Map<String, Integer> waiting = new TreeMap<>();
    queue.waiting(me(exchange)).forEach((kind, count) -> waiting.put(StoredJson.word(kind), count));
    Optional<List<Batch>> batches =
        exchange.account().role() == Role.RESEARCHER
            ? Optional.of(quality.progress(now).stream().map(TaskApi::batch).toList())
            : Optional.empty();
    int today = queue.today(me(exchange), exchange.zone()).count();
    exchange.answer(new Progress(today, waiting, batches));
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

  /// The result of an operation; a rejection as an [ApiError].
  static <T> T orApiError(Supplier<T> operation) {
    try {
      return operation.get();
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
