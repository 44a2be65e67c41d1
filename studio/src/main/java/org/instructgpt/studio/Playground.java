package org.instructgpt.studio;

import static org.instructgpt.web.Route.delete;
import static org.instructgpt.web.Route.get;
import static org.instructgpt.web.Route.post;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.instructgpt.collect.Intake;
import org.instructgpt.records.Erasable;
import org.instructgpt.records.Store;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Audit;
import org.instructgpt.web.Route;
import org.instructgpt.web.Route.Access;
import org.instructgpt.web.SiteArea;

/// The pages of this module: the playground with its notice and everybody's own history, for all
/// who are signed in; what they thought of the answers, the models and the reports, for researchers
/// and administrators, since numbers of models must not sway labelers and reports may show
/// customers' prompts.
public final class Playground {
  private static final Access STAFF = Access.only(Role.RESEARCHER, Role.ADMIN);

  private Playground() {}

  /// What the pages stand on.
  ///
  /// @param modules all that keep rows about prompts, [PlaygroundHistory] among them: what somebody
  ///   deletes is deleted everywhere
  /// @param workspace the folder with `runs` and `reports`
  /// @param random for names and for the seeds of those who give none; used under its own lock
  /// @param consequences of a consent that is taken back
  /// @param nanos a clock that only goes forward, for how long answers take
  public record Ground(
      InferenceEngine speaker,
      Intake intake,
      Store store,
      PlaygroundHistory history,
      List<Erasable> modules,
      Audit audit,
      Path workspace,
      RandomGenerator random,
      Consents.Consequences consequences,
      LongSupplier nanos) {}

  /// The pages.
  public static SiteArea of(Ground ground) {
    var asking = new PlaygroundApi(ground);
    var models = new ModelPages(ground.speaker().models(), ground.workspace().resolve("runs"));
    var reports = new ReportPages(ground.workspace().resolve("reports"));
    var history = new HistoryPages(ground);
    var opinions = new AnswerFeedbackPages(ground.history());
    List<Route> routes =
        List.of(
            get("/playground", Access.SIGNED_IN, asking::page),
            post("/playground/ask", Access.SIGNED_IN, asking::ask),
            get("/playground/notice", Access.SIGNED_IN, asking::notice),
            post("/playground/notice", Access.SIGNED_IN, asking::accept),
            get("/api/notice", Access.SIGNED_IN, asking::words),
            post("/api/notice", Access.SIGNED_IN, asking::agree),
            delete("/api/notice", Access.SIGNED_IN, asking::takeBack),
            post("/playground/notice/withdraw", Access.SIGNED_IN, asking::withdraw),
            post("/playground/turns/{turn}/seen", Access.SIGNED_IN, history::saw),
            post("/api/turns/{turn}/seen", Access.SIGNED_IN, history::saw),
            post("/api/ask", Access.SIGNED_IN, asking::askWhole),
            post("/api/ask/stream", Access.SIGNED_IN, asking::ask),
            post("/playground/turns/{turn}/{place}/verdict", Access.SIGNED_IN, history::judge),
            post("/playground/turns/{turn}/{place}/report", Access.SIGNED_IN, history::report),
            get("/playground/history", Access.SIGNED_IN, history::list),
            get("/playground/history/mine.jsonl", Access.SIGNED_IN, history::download),
            get("/playground/history/{turn}/delete", Access.SIGNED_IN, history::askForget),
            get("/playground/history/delete", Access.SIGNED_IN, history::askForgetAll),
            post("/playground/history/{turn}/delete", Access.SIGNED_IN, history::forget),
            post("/playground/history/delete", Access.SIGNED_IN, history::forgetAll),
            get("/feedback", STAFF, opinions::list),
            get("/models", STAFF, models::list),
            get("/models/{name}", STAFF, models::one),
            get("/reports", STAFF, reports::list),
            get("/reports/{file}", STAFF, reports::one),
            get("/reports/{file}/document", STAFF, reports::document),
            get("/reports/{file}/download", STAFF, reports::download));
    return new SiteArea(
        "serve",
        Playground.class,
        routes,
        List.of(
            new SiteArea.Link("playground.title", "/playground"),
            new SiteArea.Link("opinions.title", "/feedback"),
            new SiteArea.Link("models.title", "/models"),
            new SiteArea.Link("reports.title", "/reports")));
  }
}
