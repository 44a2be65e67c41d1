package org.instructgpt.web;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.files.FaultTrace;

/// Checks every request: authentication, authorization, CSRF, limits.
///
/// A request of a session that changes something must carry the session's CSRF token (which no
/// other site can read) and must not be marked cross-site by the browser; without a session, as in
/// signing in, it must at least not be cross-site. Bearer tokens of programs are never sent by a
/// browser on its own, so they need neither; they are valid for `/api/` only, so that they cannot
/// make more tokens or change the password.
final class RequestGuard {
  private static final System.Logger LOG = System.getLogger("org.instructgpt.web");
  private static final String API = "/api/";
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  private final SiteSettings settings;
  private final Accounts accounts;
  private final Sessions sessions;
  private final RateLimits limits;
  private final InstantSource clock;
  private final Caller.Cookies cookies;

  RequestGuard(
      SiteSettings settings,
      Accounts accounts,
      Sessions sessions,
      RateLimits limits,
      InstantSource clock) {
    this.settings = settings;
    this.accounts = accounts;
    this.sessions = sessions;
    this.limits = limits;
    this.clock = clock;
    this.cookies = new Caller.Cookies(settings.siteAddress());
  }

  /// Runs before every request, whether or not its path is known.
  void enter(Context http) {
    SecurityHeaders.site(http, cookies.siteAddress());
    if (!hostIsOurs(http)) {
      throw ApiError.invalid("Host", "refusal.host");
    }
  }

  /// Handles a request of a route.
  void handle(Route route, Pages pages, Context http) throws Exception {
    Instant now = clock.instant();
    Caller caller = anonymous(http);
    try {
      caller = identify(http);
      limits.request(caller.account().map(Account::id).orElseGet(() -> address(http)));
      Exchange exchange = new Exchange(http, pages, caller, now);
      check(route, exchange);
      route.handler().handle(exchange);
    } catch (ApiError error) {
      refuse(error, new Exchange(http, pages.plain(), caller, now));
    }
  }

  /// Answers a request whose handling threw, or for which no route was found.
  void fault(Exception fault, Pages pages, Context http) {
    Exchange exchange = new Exchange(http, pages, anonymous(http), clock.instant());
    switch (fault) {
      case ApiError error -> refuse(error, exchange);
      case HttpResponseException known when known.getStatus() < 500 ->
          refuse(
              known.getStatus() == 413
                  ? ApiError.tooLarge("refusal.too-large")
                  : ApiError.missing(),
              exchange);
      default -> {
        log(fault, http);
        refuse(storageFailed(fault, http) ? ApiError.storage() : ApiError.fault(), exchange);
      }
    }
  }

  /// Whether a write failed because of the machine: a full disk, a file that is gone.
  private static boolean storageFailed(Throwable fault, Context http) {
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

  /// The client's address, for limits: behind a proxy, the last one in `X-Forwarded-For`.
  String address(Context http) {
    String forwarded = http.header("X-Forwarded-For");
    return cookies.siteAddress().secure() && forwarded != null
        ? forwarded.substring(forwarded.lastIndexOf(',') + 1).strip()
        : http.req().getRemoteAddr();
  }

  private void check(Route route, Exchange exchange) {
    boolean change = route.method() != Route.Method.GET;
    Context http = exchange.http();
    if (change && crossSite(http)) {
      throw ApiError.forbidden("refusal.cross-site");
    }
    if (!route.access().everybody()) {
      Account account = exchange.account();
      if (!route.access().allows(account.role())) {
        throw ApiError.forbidden("refusal.role");
      }
    }
    if (change && exchange.caller().session().isPresent()) {
      String sent =
          Optional.ofNullable(http.header("X-CSRF-Token"))
              .or(() -> isForm(http) ? exchange.field("csrf") : Optional.empty())
              .orElse("");
      if (!SecretTokens.same(sent, exchange.csrf())) {
        throw ApiError.forbidden("refusal.csrf");
      }
    }
  }

  private Caller identify(Context http) {
    Optional<String> bearer = bearer(http);
    if (bearer.isPresent()) {
      var account = accounts.credentials().ofToken(bearer.get());
      if (account.isEmpty()) {
        throw ApiError.unknown("refusal.token");
      }
      return new Caller(account, Optional.empty(), account.get().language(), cookies);
    }
    Optional<String> token = cookies.get(http, "session");
    Optional<Account> account = token.flatMap(sessions::find);
    return account.isEmpty()
        ? anonymous(http)
        : new Caller(account, token, account.get().language(), cookies);
  }

  private Caller anonymous(Context http) {
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

  /// Whether the browser says that another site caused this request.
  private boolean crossSite(Context http) {
    String site = http.header("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    String origin = http.header("Origin");
    boolean ours =
        cookies.siteAddress().origin().map(URI::toString).filter(o -> o.equals(origin)).isPresent();
    return origin != null && !ours && !origin.equals(origin(http));
  }

  private String origin(Context http) {
    return (cookies.siteAddress().secure() ? "https://" : "http://") + http.header("Host");
  }

  /// Protects against DNS rebinding: only the site's own host names are accepted.
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

  private void refuse(ApiError error, Exchange exchange) {
    Context http = exchange.http();
    if (http.res().isCommitted()) {
      return; // a stream or a download had begun; it ends here
    }
    http.res().resetBuffer();
    SecurityHeaders.retry(http, error);
    boolean wantsJson = http.path().startsWith(API) || !wantsPage(http);
    if (wantsJson) {
      if (error.status() == 401) {
        http.header("WWW-Authenticate", "Bearer");
      }
      exchange.answer(error.status(), Map.of("error", ErrorBody.of(error, exchange)));
    } else if (error.status() == 401 && http.req().getMethod().equals("GET")) {
      exchange.redirect(SignInPages.addressFor(http));
    } else {
      exchange.page(
          error.status(),
          "refusal.title." + error.status(),
          "refusal",
          Map.of(
              "told",
              ErrorBody.of(error, exchange),
              "back",
              URLEncoder.encode(exchange.back(), StandardCharsets.UTF_8)));
    }
  }

  private static boolean wantsPage(Context http) {
    String accept = http.header("Accept");
    return accept != null && accept.contains("text/html");
  }

  /// Logs where a fault happened, but no message: messages may hold what people wrote.
  private static void log(Exception fault, Context http) {
    LOG.log(System.Logger.Level.ERROR, http.req().getMethod() + " failed" + FaultTrace.of(fault));
  }
}
