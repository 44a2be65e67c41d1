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
import java.util.function.Function;

/// How people come in and go: signing in and out, joining by invitation, a new password by link,
/// the choice of a language.
final class SignInPages {
  /// A year, in seconds, that a browser remembers the language of someone without an account.
  private static final long YEAR = 31_536_000;

  private final Door door;

  private SignInPages(Door door) {
    this.door = door;
  }

  /// What lets people in.
  ///
  /// @param address of who sent a request
  /// @param open whether customers may register
  /// @param entrance where browsers find the site
  record Door(
      Accounts accounts,
      Sessions sessions,
      RateLimits limits,
      Function<Context, String> address,
      boolean open,
      SiteAddress entrance) {

    /// Signs in: a new session in place of the one before.
    void enter(Exchange visit, Account account) {
      String token = sessions.begin(account, visit.guest().session());
      visit.guest().cookies().set(visit.http(), "session", token, Sessions.LIFE.toSeconds());
    }

    String address(Exchange visit) {
      return address.apply(visit.http());
    }
  }

  static List<Route> routes(Door door) {
    var pages = new SignInPages(door);
    return List.of(
        Route.get("/", EVERYBODY, pages::start),
        Route.get("/sign-in", EVERYBODY, visit -> pages.form(visit, Map.of())),
        Route.post("/sign-in", EVERYBODY, pages::signIn),
        Route.post("/sign-out", SIGNED_IN, pages::signOut),
        Route.get("/join", EVERYBODY, visit -> pages.joining(visit, Map.of())),
        Route.post("/join", EVERYBODY, pages::join),
        Route.get("/register", EVERYBODY, visit -> pages.registering(visit, Map.of())),
        Route.post("/register", EVERYBODY, pages::register),
        Route.get("/new-password", EVERYBODY, visit -> pages.resetting(visit, Map.of())),
        Route.post("/new-password", EVERYBODY, pages::reset),
        Route.post("/language", EVERYBODY, pages::language));
  }

  /// Where someone signs in who asked for a page and is nobody yet.
  static String addressFor(Context http) {
    String query = http.req().getQueryString();
    String wanted = http.path() + (query == null ? "" : "?" + query);
    return wanted.equals("/")
        ? "/sign-in"
        : "/sign-in?to=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8);
  }

  private void start(Exchange visit) {
    visit.redirect(
        visit
            .visitor()
            .map(account -> visit.menu(account.role()).stream().findFirst().orElse("/account"))
            .orElse("/sign-in"));
  }

  private void form(Exchange visit, Map<String, String> problems) {
    if (visit.visitor().isPresent()) {
      visit.redirect("/");
      return;
    }
    show(visit, "sign-in", problems, Map.of("to", wanted(visit), "open", door.open()));
  }

  private void signIn(Exchange visit) {
    String name = visit.form("name");
    try {
      door.limits().signIn(door.address(visit), name);
      door.enter(visit, door.accounts().signIn(name, visit.form("password")));
      visit.redirect(wanted(visit));
    } catch (ApiError refusal) {
      again(visit, refusal, problems -> form(visit, problems));
    }
  }

  private void signOut(Exchange visit) {
    visit.guest().session().ifPresent(door.sessions()::end);
    visit.guest().cookies().remove(visit.http(), "session");
    if (door.entrance().prefix().isEmpty()) { // else it is not ours alone
      // Not the storage: what others at this computer have not sent yet lies there. The page
      // removes
      // what is of the one who goes.
      visit.http().header("Clear-Site-Data", "\"cache\"");
    }
    visit.redirect("/sign-in", "sign-in.out");
  }

  private void joining(Exchange visit, Map<String, String> problems) {
    show(visit, "join", problems, Map.of());
  }

  private void join(Exchange visit) {
    try {
      door.limits().prove(door.address(visit));
      var account =
          door.accounts()
              .join(
                  visit.form("token").strip(),
                  visit.form("name"),
                  password(visit),
                  visit.language());
      door.enter(visit, account);
      visit.redirect("/", "join.welcome");
    } catch (ApiError refusal) {
      again(visit, refusal, problems -> joining(visit, problems));
    }
  }

  private void registering(Exchange visit, Map<String, String> problems) {
    if (!door.open()) {
      throw ApiError.missing();
    }
    show(visit, "register", problems, Map.of());
  }

  private void register(Exchange visit) {
    if (!door.open()) {
      throw ApiError.missing();
    }
    try {
      door.limits().register(door.address(visit));
      door.enter(
          visit, door.accounts().register(visit.form("name"), password(visit), visit.language()));
      visit.redirect("/", "join.welcome");
    } catch (ApiError refusal) {
      again(visit, refusal, problems -> registering(visit, problems));
    }
  }

  private void resetting(Exchange visit, Map<String, String> problems) {
    show(visit, "new-password", problems, Map.of());
  }

  private void reset(Exchange visit) {
    try {
      door.limits().prove(door.address(visit));
      var account = door.accounts().resetPassword(visit.form("token").strip(), password(visit));
      door.enter(visit, account);
      visit.redirect("/", "account.password-changed");
    } catch (ApiError refusal) {
      again(visit, refusal, problems -> resetting(visit, problems));
    }
  }

  private void language(Exchange visit) {
    var language =
        Messages.named(visit.form("language"))
            .orElseThrow(() -> ApiError.invalid("language", "refusal.choice"));
    visit.visitor().ifPresent(account -> door.accounts().speak(account, language));
    visit.guest().cookies().set(visit.http(), "language", language.getLanguage(), YEAR);
    visit.redirect(visit.field("to").filter(SignInPages::isOurs).orElse("/"));
  }

  /// The password, typed twice the same.
  static String password(Exchange visit) {
    String password = visit.form("password");
    if (!password.equals(visit.form("again"))) {
      throw ApiError.invalid("again", "join.password-differs");
    }
    return password;
  }

  /// Shows the form again with what is wrong, with what was typed in but the passwords.
  static void again(Exchange visit, ApiError refusal, Consumer<Map<String, String>> form) {
    visit.http().status(refusal.status());
    SecurityHeaders.retry(visit.http(), refusal);
    form.accept(visit.problems(refusal));
  }

  private static void show(
      Exchange visit, String template, Map<String, String> problems, Map<String, Object> more) {
    var model = new HashMap<String, Object>(more);
    model.put("problems", problems);
    boolean post = visit.http().req().getMethod().equals("POST");
    model.put("name", post ? visit.field("name").orElse("") : "");
    model.put("token", post ? visit.field("token").orElse("") : "");
    int status = visit.http().statusCode();
    visit.page(status, template + ".title", template, model);
  }

  private static String wanted(Exchange visit) {
    boolean post = visit.http().req().getMethod().equals("POST");
    return (post ? visit.field("to") : visit.query("to")).filter(SignInPages::isOurs).orElse("/");
  }

  /// Whether a path leads to a page of this site and nowhere else.
  static boolean isOurs(String path) {
    return path.matches("/(?![/\\\\])[\\x21-\\x7e&&[^\\\\]]*");
  }
}
