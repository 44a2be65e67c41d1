package org.instructgpt.web;

import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.instructgpt.records.Store;

/// The web site of a workspace: all areas on one port.
public final class Site implements AutoCloseable {
  /// The largest body of a request: 1 MiB.
  public static final int MAX_BODY = 1 << 20;

  private final Settings settings;
  private final Accounts accounts;
  private final List<Route> routes;
  private final Server server;

  private Site(Settings settings, Accounts accounts, List<Route> routes, Server server) {
    this.settings = settings;
    this.accounts = accounts;
    this.routes = routes;
    this.server = server;
  }

  /// How the site meets the world.
  ///
  /// @param host the address to listen on
  /// @param port to listen on; 0 takes a free one
  /// @param address where browsers find the site: `https://...` behind a proxy that speaks TLS and
  ///   tells the visitor's address in `X-Forwarded-For`, perhaps with a path below which all of it
  ///   lies; when empty, `http://localhost:PORT`, and then the host must be this machine's own
  /// @param open whether customers may register without an invitation
  /// @param requestsPerSecond of one account, or of one address while nobody is signed in; ten
  ///   times as many at once
  /// @param patience how long requests under way may take when the site closes
  public record Settings(
      String host,
      int port,
      Optional<URI> address,
      boolean open,
      int requestsPerSecond,
      Duration patience) {

    public Settings {
      boolean here = List.of("localhost", "127.0.0.1", "::1").contains(host);
      if (address.isEmpty() && !here) {
        throw new IllegalArgumentException(
            "expected the address at which browsers find the site (--address), since it listens on "
                + host
                + " and not on this machine alone; found none: put a proxy that speaks TLS in front"
                + " and give its https:// address");
      }
      address.ifPresent(Settings::check);
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("--port: expected a port of 0 to 65535, found " + port);
      }
      if (requestsPerSecond < 1) {
        throw new IllegalArgumentException(
            "--requests: expected one request a second or more, found " + requestsPerSecond);
      }
    }

    /// On this machine alone.
    public static Settings local(int port) {
      return new Settings("localhost", port, Optional.empty(), false, 50, Duration.ofSeconds(30));
    }

    private static void check(URI address) {
      boolean https = "https".equals(address.getScheme());
      boolean local =
          "http".equals(address.getScheme())
              && List.of("localhost", "127.0.0.1", "[::1]").contains(address.getHost());
      boolean bare =
          address.getHost() != null
              && address.getRawPath().matches("(/[A-Za-z0-9][A-Za-z0-9._~-]*)*/?")
              && address.getRawQuery() == null
              && address.getRawFragment() == null
              && address.getRawUserInfo() == null;
      if (!bare || !(https || local)) {
        throw new IllegalArgumentException(
            "--address: expected an address such as https://studio.example.org or"
                + " https://example.org/studio, found "
                + address
                + (bare ? "; passwords do not travel over plain http" : ""));
      }
    }

    /// Finds out, before anything else is done, whether a site could listen there.
    ///
    /// @throws IllegalArgumentException when it could not, with the reason
    public void checkPlace() {
      ListenError.check(host, port);
    }

    SiteAddress entrance() {
      return SiteAddress.of(address);
    }
  }

  /// Starts the site; it answers when this returns.
  public static Site start(
      Settings settings,
      Store store,
      List<SiteArea> areas,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    Accounts accounts = Accounts.open(store, clock, random);
    Sessions sessions = new Sessions(store, clock, random, accounts.audit());
    RateLimits limits = new RateLimits(settings.requestsPerSecond(), clock);
    RequestGuard gate = new RequestGuard(settings, accounts, sessions, limits, clock);
    var door =
        new SignInPages.Door(
            accounts, sessions, limits, gate::address, settings.open(), settings.entrance());
    SiteArea own = area(door, store);
    var parts = new Server.Parts(clock, store::healthy);
    Server server = Server.start(settings, areas, own, gate, parts);
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

  /// Makes a link by which an administrator joins, once, within a day; links made before by this
  /// method end. What it holds after `#` reaches no log, since browsers do not send it.
  public String oneTimeAdminLink() {
    return url() + "/join#" + accounts.inviteAdmin();
  }

  /// The port that it listens on.
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

  /// Is unready at once, takes nothing new, and waits for what is under way as long as the settings
  /// have patience.
  @Override
  public void close() {
    server.close();
  }

  private static SiteArea area(SignInPages.Door door, Store store) {
    var routes = new ArrayList<Route>();
    routes.addAll(SignInPages.routes(door));
    routes.addAll(AccountPages.routes(door));
    routes.addAll(AdminPages.routes(door.accounts(), store));
    return new SiteArea(
        Site.class,
        routes,
        List.of(
            new SiteArea.Link("people.link", "/people"),
            new SiteArea.Link("audit.link", "/audit")));
  }
}
