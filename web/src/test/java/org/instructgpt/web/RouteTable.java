package org.instructgpt.web;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.instructgpt.web.Account.Role;

/// Requests every route of a site as everybody: an anonymous visitor, a customer, a labeler, a
/// researcher, an administrator. Whoever is not let in by the route's [Route.Access] must be
/// refused before its handler runs, and whoever is let in must not be refused.
public final class RouteTable {
  private RouteTable() {}

  /// The answer of one route to one role.
  public record Answer(
      Route route, Optional<Role> role, HttpResponse<String> response, boolean allowed) {
    /// Whether it was refused because of the role.
    public boolean refused() {
      String code = response.body();
      return response.statusCode() == 401 && code.contains("\"refusal.sign-in\"")
          || response.statusCode() == 403 && code.contains("\"refusal.role\"");
    }

    /// Whether the access is as the route says.
    public boolean right() {
      return refused() != allowed && response.statusCode() < 500;
    }

    @Override
    public String toString() {
      return route.method()
          + " "
          + route.path()
          + " asked by "
          + role.map(Enum::name).orElse("nobody")
          + ": "
          + response.statusCode();
    }
  }

  /// All answers; each comes from a browser that was just signed in, since some routes sign out.
  public static List<Answer> ask(TestSite test) {
    var answers = new ArrayList<Answer>();
    var people = Stream.of(Role.values()).map(role -> test.person(role, "Table " + role)).toList();
    var accounts = test.site().accounts();
    var sessions =
        new Sessions(test.store(), test.now()::get, new SecureRandom(), accounts.audit());
    for (Route route : test.site().routes()) {
      answers.add(answer(test, route, Optional.empty(), ""));
      for (Account person : people) {
        String session = sessions.begin(person, Optional.empty());
        answers.add(answer(test, route, Optional.of(person.role()), session));
      }
    }
    return answers;
  }

  private static Answer answer(TestSite test, Route route, Optional<Role> role, String session) {
    String path = route.path().replaceAll("\\{[a-zA-Z]+}", "none");
    var request =
        test.browser()
            .request(
                path,
                "Accept",
                "application/json",
                "X-CSRF-Token",
                SecretTokens.hash("csrf " + session))
            .method(route.method().name(), HttpRequest.BodyPublishers.ofString(""));
    if (!session.isEmpty()) {
      request.header("Cookie", "session-" + test.site().port() + "=" + session);
    }
    var response = test.browser().send(request);
    boolean allowed =
        route.access().everybody() || role.filter(route.access().roles()::contains).isPresent();
    return new Answer(route, role, response, allowed);
  }
}
