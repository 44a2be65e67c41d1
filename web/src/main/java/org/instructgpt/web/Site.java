package org.instructgpt.web;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.instructgpt.records.Store;

/// The web site of a workspace: all areas on one port.
public final class Site implements AutoCloseable {
  private final SiteSettings settings;
  private final Accounts accounts;
  private final List<Route> routes;
  private final Server server;

  private Site(SiteSettings settings, Accounts accounts, List<Route> routes, Server server) {
    this.settings = settings;
    this.accounts = accounts;
    this.routes = routes;
    this.server = server;
  }

  /// Starts the site; it answers when this returns.
  public static Site start(
      SiteSettings settings,
      Store store,
      List<SiteArea> areas,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    Accounts accounts = Accounts.open(store, clock, random);
    Sessions sessions = new Sessions(store, clock, random, accounts.audit());
    RateLimits limits = new RateLimits(settings.requestsPerSecond(), clock);
    RequestGuard guard = new RequestGuard(settings, accounts, sessions, limits, clock);
    var signIn =
        new SignIn(
            accounts, sessions, limits, guard::address, settings.open(), settings.siteAddress());
    SiteArea own = area(signIn, store);
    var parts = new Server.Parts(clock, store::healthy);
    Server server = Server.start(settings, areas, own, guard, parts);
    List<Route> routes =
        Stream.concat(areas.stream(), Stream.of(own))
            .flatMap(area -> area.routes().stream())
            .toList();
    return new Site(settings, accounts, routes, server);
  }

  /// The address of the site, for a browser, without a slash at its end.
  public String url() {
    return settings
        .address()
        .map(address -> address.toString().replaceFirst("/$", ""))
        .orElseGet(() -> server.address().toString());
  }

  /// Whether an administrator can sign in.
  public boolean hasAdmin() {
    return accounts.hasAdmin();
  }

  /// Makes a link by which an administrator joins, once, within a day; earlier links of this method
  /// become invalid. The token stands after `#`, so it reaches no log: browsers do not send that.
  public String oneTimeAdminLink() {
    return url() + "/join#" + accounts.signUp().inviteAdmin();
  }

  /// The port that the site listens on.
  public int port() {
    return server.port();
  }

  public Accounts accounts() {
    return accounts;
  }

  /// Every route of the site, its own ones last.
  public List<Route> routes() {
    return routes;
  }

  /// Becomes unready at once, accepts no new requests, and waits for running ones up to
  /// [SiteSettings#patience].
  @Override
  public void close() {
    server.close();
  }

  private static SiteArea area(SignIn signIn, Store store) {
    var routes = new ArrayList<Route>();
    routes.addAll(SignInPages.routes(signIn));
    routes.addAll(AccountPages.routes(signIn));
    routes.addAll(AdminPages.routes(signIn.accounts(), store));
    return new SiteArea(
        Site.class,
        routes,
        List.of(
            new SiteArea.Link("people.link", "/people"),
            new SiteArea.Link("audit.link", "/audit")));
  }
}
