package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.instructgpt.web.Account.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Access to routes by role.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutesTest {
  private TestSite test;

  /// An area with a route for each kind of access.
  private static final SiteArea SAMPLE =
      new SiteArea(
          RoutesTest.class,
          List.of(
              Route.get("/sample", Route.Access.EVERYBODY, exchange -> exchange.answer(Map.of())),
              Route.put(
                  "/sample/{item}", Route.Access.SIGNED_IN, exchange -> exchange.answer(Map.of())),
              Route.delete(
                  "/api/sample",
                  Route.Access.only(Role.LABELER, Role.RESEARCHER),
                  exchange -> exchange.answer(Map.of()))),
          List.of());

  @BeforeAll
  void start() {
    test = TestSite.start();
  }

  @AfterAll
  void stop() {
    test.close();
  }

  @Test
  void everyRouteAdmitsItsRolesOnly() {
    var answers = RouteTable.ask(test);
    assertThat(answers).hasSize(5 * test.site().routes().size()).allMatch(RouteTable.Answer::right);
  }

  @Test
  void routesOfAnAreaAdmitTheirRolesOnly() {
    try (var sampled = TestSite.start(SAMPLE)) {
      var answers = RouteTable.ask(sampled);
      assertThat(answers).allMatch(RouteTable.Answer::right);
      assertThat(answers)
          .filteredOn(answer -> answer.route().path().equals("/api/sample"))
          .extracting(answer -> answer.response().statusCode())
          .containsExactly(401, 403, 200, 200, 403);
    }
  }

  /// The table of the site's own routes, written down a second time, so that an access that changes
  /// by mistake is seen.
  @Test
  void theAccessOfEachRouteIsAsListedHere() {
    var open =
        Set.of(
            "GET /",
            "GET /sign-in",
            "POST /sign-in",
            "GET /join",
            "POST /join",
            "GET /register",
            "POST /register",
            "GET /new-password",
            "POST /new-password",
            "POST /language");
    var signedIn =
        Set.of(
            "POST /sign-out",
            "GET /account",
            "POST /account/password",
            "POST /account/tokens",
            "POST /account/tokens/{token}/revoke",
            "POST /account/sign-out-everywhere",
            "GET /api/account");
    for (Route route : test.site().routes()) {
      String name = route.method() + " " + route.path();
      if (open.contains(name)) {
        assertThat(route.access()).as(name).isEqualTo(Route.Access.EVERYBODY);
      } else if (signedIn.contains(name)) {
        assertThat(route.access()).as(name).isEqualTo(Route.Access.SIGNED_IN);
      } else {
        assertThat(route.access()).as(name).isEqualTo(Route.Access.only(Role.ADMIN));
      }
    }
  }

  @Test
  void aPathWithoutARouteDoesNotExist() {
    var admin = test.signedIn(test.person(Role.ADMIN, "Root"));
    var paths =
        new TreeSet<>(
            Set.of(
                "/nothing",
                "/people/",
                "/PEOPLE",
                "/api",
                "/api/nothing",
                "/.git/config",
                "/assets/web/",
                "/assets/web/nothing.js",
                "/assets/web/..%2fmessages.properties",
                "/assets/web/%2e%2e",
                "/assets/nobody/studio.css",
                "/health",
                "/metrics"));
    for (String path : paths) {
      assertThat(admin.get(path).statusCode()).as(path).isIn(400, 404);
    }
    for (String method : List.of("PATCH", "OPTIONS", "TRACE", "PROPFIND", "PUT", "DELETE")) {
      assertThat(admin.send(method, "/account", "").statusCode())
          .as(method)
          .isIn(400, 404, 405, 501);
    }
  }

  @Test
  void malformedPathsOfRoutesAreRefused() {
    for (String path : List.of("", "people", "/people/", "/People", "/a b", "/{a}b", "//")) {
      assertThatThrownBy(() -> Route.get(path, Route.Access.EVERYBODY, _ -> {}))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected a path");
    }
  }

  @Test
  void aLinkNeedsARoute() {
    var links = List.of(new SiteArea.Link("sample.link", "/elsewhere"));
    assertThatThrownBy(() -> new SiteArea(RoutesTest.class, SAMPLE.routes(), links))
        .hasMessageContaining(
            "expected a route for the link sample.link, found none at /elsewhere");
  }
}
