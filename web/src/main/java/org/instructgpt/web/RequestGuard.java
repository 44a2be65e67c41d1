package org.instructgpt.web;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What every request passes: who is it, may they, did they mean it.
///
/// A session's request that changes something must carry the session's token (which no other site
/// can read) and must not be called cross-site by the browser; nobody's request, such as signing
/// in, must at least not be cross-site. A program's bearer token is sent by no browser by itself,
/// so it needs neither; it holds for `/api/` only, so that it cannot make more tokens or change the
/// password.
final class RequestGuard {
  private static final System.Logger LOG = System.getLogger("org.instructgpt.web");
  private static final String API = "/api/";
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Site.Settings settings;
  private final Accounts accounts;
  private final Sessions sessions;
  private final RateLimits limits;
  private final InstantSource clock;
  private final Caller.Cookies cookies;

  RequestGuard(
      Site.Settings settings,
      Accounts accounts,
      Sessions sessions,
      RateLimits limits,
      InstantSource clock) {
    this.settings = settings;
    this.accounts = accounts;
    this.sessions = sessions;
    this.limits = limits;
    this.clock = clock;
    this.cookies = new Caller.Cookies(settings.entrance());
  }

  /// Before everything, known path or not.
  void enter(Context http) {
    SecurityHeaders.site(http, cookies.entrance());
    if (!hostIsOurs(http)) {
      throw ApiError.invalid("Host", "refusal.host");
    }
  }

  /// Handles a request of a route.
  void handle(Route route, Pages pages, Context http) throws Exception {
    Instant now = clock.instant();
    Caller guest = stranger(http);
    try {
      guest = guest(http);
      limits.request(guest.account().map(Account::id).orElseGet(() -> address(http)));
      Exchange visit = new Exchange(http, pages, guest, now);
      check(route, visit);
      route.handler().handle(visit);
    } catch (ApiError refusal) {
      refuse(refusal, new Exchange(http, pages.plain(), guest, now));
    }
  }

  /// What was thrown before a route was found, or instead of an answer.
  void fault(Exception fault, Pages pages, Context http) {
    Exchange visit = new Exchange(http, pages, stranger(http), clock.instant());
    switch (fault) {
      case ApiError refusal -> refuse(refusal, visit);
      case HttpResponseException known when known.getStatus() < 500 ->
          refuse(
              known.getStatus() == 413
                  ? ApiError.tooLarge("refusal.too-large")
                  : ApiError.missing(),
              visit);
      default -> {
        tell(fault, http);
        refuse(full(fault, http) ? ApiError.storage() : ApiError.fault(), visit);
      }
    }
  }

  /// Whether the store could not keep something, for a reason of the machine: a full disk, a file
  /// that is gone.
  private static boolean full(Throwable fault, Context http) {
    if (http.req().getMethod().equals("GET")) {
      return false;
    }
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof UncheckedIOException) {
        return true;
      }
    }
    return false;
  }

  /// Who sent the request, for limits: behind a proxy, whom the proxy names last.
  String address(Context http) {
    String forwarded = http.header("X-Forwarded-For");
    return cookies.entrance().secure() && forwarded != null
        ? forwarded.substring(forwarded.lastIndexOf(',') + 1).strip()
        : http.req().getRemoteAddr();
  }

  private void check(Route route, Exchange visit) {
    boolean change = route.method() != Route.Method.GET;
    Context http = visit.http();
    if (change && crossSite(http)) {
      throw ApiError.forbidden("refusal.cross-site");
    }
    if (!route.access().everybody()) {
      Account account = visit.account();
      if (!route.access().allows(account.role())) {
        throw ApiError.forbidden("refusal.role");
      }
    }
    if (change && visit.guest().session().isPresent()) {
      String sent =
          Optional.ofNullable(http.header("X-CSRF-Token"))
              .or(() -> isForm(http) ? visit.field("csrf") : Optional.empty())
              .orElse("");
      if (!SecretTokens.same(sent, visit.csrf())) {
        throw ApiError.forbidden("refusal.csrf");
      }
    }
  }

  private Caller guest(Context http) {
    Optional<String> bearer = bearer(http);
    if (bearer.isPresent()) {
      var account = accounts.bearer(bearer.get());
      if (account.isEmpty()) {
        throw ApiError.unknown("refusal.token");
      }
      return new Caller(account, Optional.empty(), account.get().language(), cookies);
    }
    Optional<String> token = cookies.get(http, "session");
    Optional<Account> account = token.flatMap(sessions::find);
    return account.isEmpty()
        ? stranger(http)
        : new Caller(account, token, account.get().language(), cookies);
  }

  private Caller stranger(Context http) {
    Locale language =
        cookies
            .get(http, "language")
            .flatMap(Messages::named)
            .orElseGet(
                () -> Messages.negotiate(Optional.ofNullable(http.header("Accept-Language"))));
    return new Caller(Optional.empty(), Optional.empty(), language, cookies);
  }

  private static Optional<String> bearer(Context http) {
    String header = http.header("Authorization");
    return http.path().startsWith(API) && header != null && header.startsWith("Bearer ")
        ? Optional.of(header.substring("Bearer ".length()).strip())
        : Optional.empty();
  }

  /// Whether the browser says that another site made it send this.
  private boolean crossSite(Context http) {
    String site = http.header("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    String origin = http.header("Origin");
    boolean known =
        cookies.entrance().origin().map(URI::toString).filter(o -> o.equals(origin)).isPresent();
    return origin != null && !known && !origin.equals(origin(http));
  }

  private String origin(Context http) {
    return (cookies.entrance().secure() ? "https://" : "http://") + http.header("Host");
  }

  /// Against a name of someone else's that leads to this machine: only names that are ours count.
  private boolean hostIsOurs(Context http) {
    String host = Optional.ofNullable(http.header("Host")).orElse("");
    String name = host.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT);
    return LOCAL.contains(name)
        || settings.address().map(URI::getHost).filter(name::equalsIgnoreCase).isPresent();
  }

  private static boolean isForm(Context http) {
    String type = http.contentType();
    return type != null && type.startsWith("application/x-www-form-urlencoded");
  }

  private void refuse(ApiError refusal, Exchange visit) {
    Context http = visit.http();
    if (http.res().isCommitted()) {
      return; // a stream or a download was under way; it ends here
    }
    http.res().resetBuffer();
    SecurityHeaders.retry(http, refusal);
    boolean program = http.path().startsWith(API) || !wantsPage(http);
    if (program) {
      if (refusal.status() == 401) {
        http.header("WWW-Authenticate", "Bearer");
      }
      visit.answer(refusal.status(), Map.of("error", Told.of(refusal, visit)));
    } else if (refusal.status() == 401 && http.req().getMethod().equals("GET")) {
      visit.redirect(SignInPages.addressFor(http));
    } else {
      visit.page(
          refusal.status(),
          "refusal.title." + refusal.status(),
          "refusal",
          Map.of(
              "told",
              Told.of(refusal, visit),
              "back",
              URLEncoder.encode(visit.back(), StandardCharsets.UTF_8)));
    }
  }

  private static boolean wantsPage(Context http) {
    String accept = http.header("Accept");
    return accept != null && accept.contains("text/html");
  }

  /// What is written of a fault of ours: where it happened, and nothing that people wrote.
  private static void tell(Exception fault, Context http) {
    var text = new StringBuilder(http.req().getMethod() + " failed");
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      text.append("\n").append(cause.getClass().getName());
      for (StackTraceElement line : cause.getStackTrace()) {
        text.append("\n    at ").append(line);
      }
    }
    LOG.log(System.Logger.Level.ERROR, text.toString());
  }

  /// A refusal in the words of the visit's language, in the form that clients of such interfaces
  /// know.
  ///
  /// @param param the field at fault, where there is one
  /// @param problems all of them, when there is more than one
  record Told(
      String message, String type, Optional<String> param, String code, List<Problem> problems) {

    record Problem(String param, String message) {}

    static Told of(ApiError refusal, Exchange visit) {
      var problems =
          refusal.problems().stream()
              .map(p -> new Problem(p.field(), visit.text(p.key(), p.arguments().toArray())))
              .toList();
      String type =
          switch (refusal.status()) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 409 -> "conflict_error";
            case 429 -> "rate_limit_error";
            case 500, 503, 507 -> "server_error";
            default -> "invalid_request_error";
          };
      return new Told(
          String.join(" ", problems.stream().map(Problem::message).toList()),
          type,
          Optional.of(problems.getFirst().param()).filter(field -> !field.isEmpty()),
          refusal.problems().getFirst().key(),
          problems);
    }
  }
}
