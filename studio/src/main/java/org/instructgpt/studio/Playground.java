package org.instructgpt.studio;

import static org.instructgpt.web.Route.delete;
import static org.instructgpt.web.Route.get;
import static org.instructgpt.web.Route.post;

import java.util.List;
import org.instructgpt.web.Route;
import org.instructgpt.web.Route.Access;
import org.instructgpt.web.SiteArea;

/// The area `serve`: the playground with its consent notice and one's own history, and the arena,
/// for everybody who is signed in; the feedback on answers, the arena's results, the models and the
/// reports, for researchers and administrators only, since numbers about models must not influence
/// labelers and reports may show customers' prompts.
public final class Playground {
  private Playground() {}

  public static SiteArea of(PlaygroundServices services) {
    var consents = new ConsentPages(services);
    var turns = new TurnRunner(services, consents);
    var playground = new PlaygroundApi(services, consents, turns);
    var arena = new ArenaPages(services, consents, turns);
    var results = new ArenaResults(services);
    var models = new ModelPages(services.engine().models(), services.workspace().resolve("runs"));
    var reports = new ReportPages(services.workspace().resolve("reports"));
    var history = new HistoryPages(services);
    var feedback = new AnswerFeedbackPages(services.history(), services.engine().models());
    List<Route> routes =
        List.of(
            get("/playground", Access.SIGNED_IN, playground::page),
            post("/playground/ask", Access.SIGNED_IN, playground::ask),
            get("/playground/notice", Access.SIGNED_IN, consents::show),
            post("/playground/notice", Access.SIGNED_IN, consents::accept),
            get("/api/notice", Access.SIGNED_IN, consents::apiShow),
            post("/api/notice", Access.SIGNED_IN, consents::apiAccept),
            delete("/api/notice", Access.SIGNED_IN, consents::apiWithdraw),
            post("/playground/notice/withdraw", Access.SIGNED_IN, consents::withdraw),
            post("/playground/turns/{turn}/seen", Access.SIGNED_IN, history::saw),
            post("/api/turns/{turn}/seen", Access.SIGNED_IN, history::saw),
            post("/api/ask", Access.SIGNED_IN, playground::askAtOnce),
            post("/api/ask/stream", Access.SIGNED_IN, playground::ask),
            post("/playground/turns/{turn}/{place}/verdict", Access.SIGNED_IN, history::judge),
            post("/playground/turns/{turn}/{place}/report", Access.SIGNED_IN, history::report),
            post("/playground/turns/{turn}/{place}/rewrite", Access.SIGNED_IN, history::rewrite),
            post(
                "/playground/turns/{turn}/{place}/rewrite/delete",
                Access.SIGNED_IN,
                history::forgetRewrite),
            get("/arena", Access.SIGNED_IN, arena::page),
            post("/arena/ask", Access.SIGNED_IN, arena::ask),
            post("/arena/turns/{turn}/vote", Access.SIGNED_IN, arena::vote),
            get("/arena/results", StudioAccess.RESEARCHERS, results::show),
            get("/playground/history", Access.SIGNED_IN, history::list),
            get("/playground/history/mine.jsonl", Access.SIGNED_IN, history::download),
            get("/playground/history/{turn}/delete", Access.SIGNED_IN, history::askDelete),
            get("/playground/history/delete", Access.SIGNED_IN, history::askDeleteAll),
            post("/playground/history/{turn}/delete", Access.SIGNED_IN, history::delete),
            post("/playground/history/delete", Access.SIGNED_IN, history::deleteAll),
            get("/feedback", StudioAccess.RESEARCHERS, feedback::list),
            get("/models", StudioAccess.RESEARCHERS, models::list),
            get("/models/{name}", StudioAccess.RESEARCHERS, models::one),
            get("/reports", StudioAccess.RESEARCHERS, reports::list),
            get("/reports/{file}", StudioAccess.RESEARCHERS, reports::one),
            get("/reports/{file}/document", StudioAccess.RESEARCHERS, reports::document),
            get("/reports/{file}/download", StudioAccess.RESEARCHERS, reports::download));
    return new SiteArea(
        "serve",
        Playground.class,
        routes,
        List.of(
            new SiteArea.Link("playground.title", "/playground"),
            new SiteArea.Link("arena.title", "/arena"),
            new SiteArea.Link("opinions.title", "/feedback"),
            new SiteArea.Link("models.title", "/models"),
            new SiteArea.Link("reports.title", "/reports")));
  }
}
