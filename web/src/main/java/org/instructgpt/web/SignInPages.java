package org.instructgpt.web;

import static org.instructgpt.web.Route.Access.EVERYBODY;
import static org.instructgpt.web.Route.Access.SIGNED_IN;

import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The pages to sign in and out, to join by invitation or register, to set a new password by link,
/// and to choose a language.
final class SignInPages {
  /// How long a browser remembers the language of someone without an account, in seconds.
  private static final long YEAR = 31_536_000;

  private final SignIn signIn;

  private SignInPages(SignIn signIn) {
    this.signIn = signIn;
  }

  static List<Route> routes(SignIn signIn) {
    var pages = new SignInPages(signIn);
    return List.of(
        Route.get("/", EVERYBODY, pages::start),
        Route.get("/sign-in", EVERYBODY, exchange -> pages.signInForm(exchange, Map.of())),
        Route.post("/sign-in", EVERYBODY, pages::signIn),
        Route.post("/sign-out", SIGNED_IN, pages::signOut),
        Route.get("/join", EVERYBODY, exchange -> pages.joinForm(exchange, Map.of())),
        Route.post("/join", EVERYBODY, pages::join),
        Route.get("/register", EVERYBODY, exchange -> pages.registerForm(exchange, Map.of())),
        Route.post("/register", EVERYBODY, pages::register),
        Route.get(
            "/new-password", EVERYBODY, exchange -> pages.newPasswordForm(exchange, Map.of())),
        Route.post("/new-password", EVERYBODY, pages::reset),
        Route.post("/language", EVERYBODY, pages::language));
  }

  /// The sign-in page that leads back to the requested page.
  static String addressFor(Context http) {
    String query = http.req().getQueryString();
    String wanted = http.path() + (query == null ? "" : "?" + query);
    return wanted.equals("/")
        ? "/sign-in"
        : "/sign-in?to=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8);
  }

  private void start(Exchange exchange) {
    exchange.redirect(
        exchange
            .visitor()
            .map(account -> exchange.menu(account.role()).stream().findFirst().orElse("/account"))
            .orElse("/sign-in"));
  }

  private void signInForm(Exchange exchange, Map<String, String> problems) {
    if (exchange.visitor().isPresent()) {
      exchange.redirect("/");
      return;
    }
    show(exchange, "sign-in", problems, Map.of("to", wanted(exchange), "open", signIn.open()));
  }

  private void signIn(Exchange exchange) {
    String name = exchange.form("name");
    try {
      signIn.limits().signIn(signIn.clientAddress(exchange), name);
      signIn.begin(
          exchange, signIn.accounts().credentials().signIn(name, exchange.form("password")));
      exchange.redirect(wanted(exchange));
    } catch (ApiError error) {
      again(exchange, error, problems -> signInForm(exchange, problems));
    }
  }

  private void signOut(Exchange exchange) {
    exchange.caller().session().ifPresent(signIn.sessions()::end);
    exchange.caller().cookies().remove(exchange.http(), "session");
    if (signIn.siteAddress().prefix().isEmpty()) { // otherwise the cache is not this site's alone
      // Not the storage: it holds unsent drafts of others who use this browser. The page itself
      // removes the drafts of the person who signs out.
      exchange.http().header("Clear-Site-Data", "\"cache\"");
    }
    exchange.redirect("/sign-in", "sign-in.out");
  }

  private void joinForm(Exchange exchange, Map<String, String> problems) {
    show(exchange, "join", problems, Map.of());
  }

  private void join(Exchange exchange) {
    try {
      signIn.limits().tryProof(signIn.clientAddress(exchange));
      var account =
          signIn
              .accounts()
              .signUp()
              .join(
                  exchange.form("token").strip(),
                  exchange.form("name"),
                  password(exchange),
                  exchange.language());
      signIn.begin(exchange, account);
      exchange.redirect("/", "join.welcome");
    } catch (ApiError error) {
      again(exchange, error, problems -> joinForm(exchange, problems));
    }
  }

  private void registerForm(Exchange exchange, Map<String, String> problems) {
    if (!signIn.open()) {
      throw ApiError.missing();
    }
    show(exchange, "register", problems, Map.of());
  }

  private void register(Exchange exchange) {
    if (!signIn.open()) {
      throw ApiError.missing();
    }
    try {
      signIn.limits().register(signIn.clientAddress(exchange));
      signIn.begin(
          exchange,
          signIn
              .accounts()
              .signUp()
              .register(exchange.form("name"), password(exchange), exchange.language()));
      exchange.redirect("/", "join.welcome");
    } catch (ApiError error) {
      again(exchange, error, problems -> registerForm(exchange, problems));
    }
  }

  private void newPasswordForm(Exchange exchange, Map<String, String> problems) {
    show(exchange, "new-password", problems, Map.of());
  }

  private void reset(Exchange exchange) {
    try {
      signIn.limits().tryProof(signIn.clientAddress(exchange));
      var account =
          signIn
              .accounts()
              .credentials()
              .resetPassword(exchange.form("token").strip(), password(exchange));
      signIn.begin(exchange, account);
      exchange.redirect("/", "account.password-changed");
    } catch (ApiError error) {
      again(exchange, error, problems -> newPasswordForm(exchange, problems));
    }
  }

  private void language(Exchange exchange) {
    var language =
        Messages.named(exchange.form("language"))
            .orElseThrow(() -> ApiError.invalid("language", "refusal.choice"));
    exchange.visitor().ifPresent(account -> signIn.accounts().changeLanguage(account, language));
    exchange.caller().cookies().set(exchange.http(), "language", language.getLanguage(), YEAR);
    exchange.redirect(exchange.field("to").filter(SignInPages::isOurs).orElse("/"));
  }

  /// The new password, which must have been typed twice the same.
  static String password(Exchange exchange) {
    String password = exchange.form("password");
    if (!password.equals(exchange.form("again"))) {
      throw ApiError.invalid("again", "join.password-differs");
    }
    return password;
  }

  /// Shows the form again with the error's messages and with what was typed, except passwords.
  static void again(Exchange exchange, ApiError error, Consumer<Map<String, String>> form) {
    exchange.http().status(error.status());
    SecurityHeaders.retry(exchange.http(), error);
    form.accept(exchange.problems(error));
  }

  private static void show(
      Exchange exchange, String template, Map<String, String> problems, Map<String, Object> more) {
    var model = new HashMap<String, Object>(more);
    model.put("problems", problems);
    boolean post = exchange.http().req().getMethod().equals("POST");
    model.put("name", post ? exchange.field("name").orElse("") : "");
    model.put("token", post ? exchange.field("token").orElse("") : "");
    int status = exchange.http().statusCode();
    exchange.page(status, template + ".title", template, model);
  }

  private static String wanted(Exchange exchange) {
    boolean post = exchange.http().req().getMethod().equals("POST");
    return (post ? exchange.field("to") : exchange.query("to"))
        .filter(SignInPages::isOurs)
        .orElse("/");
  }

  /// Whether a path surely leads to this site: no host, no backslash, printable ASCII.
  static boolean isOurs(String path) {
    return path.matches("/(?![/\\\\])[\\x21-\\x7e&&[^\\\\]]*");
  }
}
