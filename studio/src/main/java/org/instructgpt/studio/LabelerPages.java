package org.instructgpt.studio;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.instructgpt.label.Annotation;
import org.instructgpt.label.Instructions;
import org.instructgpt.label.Lease;
import org.instructgpt.label.Screening;
import org.instructgpt.label.ScreeningResult;
import org.instructgpt.label.StoredJson;
import org.instructgpt.label.Submission.Done;
import org.instructgpt.label.Surveys;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.label.TaskBatch.Mode;
import org.instructgpt.label.TaskQueue;
import org.instructgpt.label.TaskState;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.web.Account;
import org.instructgpt.web.Exchange;
import org.instructgpt.web.Route;

/// The labelers' pages: the start page with recent work, the current task, the instructions.
final class LabelerPages {
  private static final int RECENT = 12;

  private final TaskQueue queue;
  private final Screening screening;
  private final Surveys surveys;
  private final Instructions instructions;

  LabelerPages(TaskQueue queue, Screening screening, Surveys surveys, Instructions instructions) {
    this.queue = queue;
    this.screening = screening;
    this.surveys = surveys;
    this.instructions = instructions;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/tasks", StudioAccess.WORKERS, this::home),
        Route.post("/tasks/next", StudioAccess.WORKERS, this::next),
        Route.get("/tasks/{item}", StudioAccess.WORKERS, this::task),
        Route.get("/instructions", StudioAccess.WORKERS, this::read));
  }

  /// What the start page shows.
  ///
  /// @param inHand the task that was begun and not submitted
  /// @param waiting number of available tasks by kind
  /// @param today what was submitted today
  record Home(
      Optional<Lease> inHand,
      Map<Kind, Integer> waiting,
      TaskQueue.DailyTotal today,
      List<Recent> recent,
      Screened screened,
      List<Surveys.Survey> surveys) {
    int all() {
      return waiting.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /// A task that was submitted.
  ///
  /// @param correctable whether the labeler may still correct it
  record Recent(Done done, boolean correctable) {}

  /// The state of a labeler's screening.
  enum Screened {
    /// There is none, or the labeler was admitted.
    NOTHING,
    /// There are questions to answer.
    OPEN,
    /// Everything is answered; a researcher has not decided yet.
    WAITING,
    /// A researcher paused or rejected the labeler.
    WITHOUT_WORK
  }

  private void home(Exchange exchange) {
    Account account = exchange.account();
    String me = account.id();
    List<Surveys.Survey> open = new ArrayList<>(List.of(Surveys.Survey.values()));
    open.removeIf(survey -> surveys.answered(me, survey));
    exchange.page(
        "label.work.title",
        "work",
        Map.of(
            "home",
            new Home(
                queue.held(me),
                new TreeMap<>(queue.waiting(me)),
                queue.today(me, exchange.zone()),
                recent(exchange),
                screened(account),
                account.pool().isPresent() ? List.copyOf(open) : List.of())));
  }

  private List<Recent> recent(Exchange exchange) {
    String me = exchange.account().id();
    return queue.history(me, RECENT).stream()
        .map(done ->
            new Recent(done, correctable(queue.mine(me, done.item(), exchange.zone())).isPresent()))
        .toList();
  }

  private static Optional<Annotation> correctable(Optional<TaskState> mine) {
    return mine.flatMap(TaskState::handedIn)
        .filter(given -> given.fixed().isEmpty())
        .map(TaskState.HandedIn::newest);
  }

  private Screened screened(Account account) {
    if (account.pool().isEmpty()) {
      return Screened.NOTHING;
    }
    var decisions = screening.result(account.id()).decisions();
    if (!decisions.isEmpty()) {
      boolean in = decisions.getFirst().verdict() == ScreeningResult.Verdict.ADMITTED;
      return in ? Screened.NOTHING : Screened.WITHOUT_WORK;
    }
    if (!account.pool().get().equals(Pool.TRAINING) || !screening.required()) {
      return Screened.NOTHING;
    }
    return screening.next(account.id()).isPresent() ? Screened.OPEN : Screened.WAITING;
  }

  private void next(Exchange exchange) {
    queue
        .next(exchange.account().id())
        .ifPresentOrElse(
            lease -> exchange.redirect("/tasks/" + lease.item()),
            () -> exchange.redirect("/tasks", "label.work.nothing"));
  }

  private void task(Exchange exchange) {
    String item = exchange.path("item");
    String me = exchange.account().id();
    var mine = queue.mine(me, item, exchange.zone());
    if (mine.filter(m -> m.state().equals("gone")).isPresent()) {
      exchange.page("label.gone.title", "gone", Map.of("item", item));
      return;
    }
    var given = correctable(mine);
    var lease =
        mine.filter(m -> given.isPresent() || m.state().equals("out"))
            .flatMap(_ -> queue.lease(me, item))
            .map(held -> given.map(work -> correcting(held, work)).orElse(held));
    if (lease.isEmpty()) {
      exchange.redirect("/tasks");
      return;
    }
    long seconds = Math.max(0, Duration.between(exchange.now(), lease.get().until()).toSeconds());
    exchange.page(
        "label.kind." + StoredJson.word(lease.get().kind()),
        "task",
        Map.of(
            "task",
            new TaskView(
                lease.get(),
                instructions.html(lease.get().instructions(), exchange.language()),
                TaskView.words(exchange),
                seconds,
                given.isPresent())));
  }

  private void read(Exchange exchange) {
    Map<Mode, String> texts = new TreeMap<>();
    for (Mode mode : Mode.values()) {
      texts.put(mode, instructions.html(instructions.newest(mode), exchange.language()));
    }
    exchange.page("label.instructions.title", "instructions", Map.of("texts", texts));
  }

  /// The lease with the submitted work as its draft, in the format of the task page.
  private static Lease correcting(Lease lease, Annotation given) {
    String json =
        StoredJson.write(
            Map.of(
                "fields", WorkFields.of(given.work()),
                "active", given.activeMillis(),
                "started", Instant.ofEpochMilli(given.started()).toString()));
    return lease.with(new Lease.Draft(0, json, Instant.ofEpochMilli(given.submitted())));
  }
}
