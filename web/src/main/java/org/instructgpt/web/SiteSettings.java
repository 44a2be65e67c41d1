package org.instructgpt.web;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The settings of a [Site].
///
/// @param host the address to listen on
/// @param port to listen on; 0 takes a free one
/// @param address where browsers find the site: `https://...` behind a proxy that speaks TLS and
///   tells the client's address in `X-Forwarded-For`, perhaps with a path below which the whole
///   site lies; when empty, `http://localhost:PORT`, and then the host must be this machine's own
/// @param open whether customers may register without an invitation
/// @param requestsPerSecond limit for one account, or for one client address while nobody is signed
///   in; bursts may have ten times as many
/// @param patience how long running requests may take when the site closes
public record SiteSettings(
    String host,
    int port,
    Optional<URI> address,
    boolean open,
    int requestsPerSecond,
    Duration patience) {

  public SiteSettings {
    boolean here = List.of("localhost", "127.0.0.1", "::1").contains(host);
    if (address.isEmpty() && !here) {
      throw new IllegalArgumentException(
          "expected the address at which browsers find the site (--address), since it listens on "
              + host
              + " and not on this machine alone; found none: put a proxy that speaks TLS in front"
              + " and give its https:// address");
    }
    address.ifPresent(SiteSettings::check);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("--port: expected a port of 0 to 65535, found " + port);
    }
    if (requestsPerSecond < 1) {
      throw new IllegalArgumentException(
          "--requests: expected one request a second or more, found " + requestsPerSecond);
    }
  }

  /// For this machine alone.
  public static SiteSettings local(int port) {
    return new SiteSettings("localhost", port, Optional.empty(), false, 50, Duration.ofSeconds(30));
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

  /// Checks, before anything else is done, whether a site can listen at the host and port.
  ///
  /// @throws IllegalArgumentException when it cannot, with the reason
  public void checkPlace() {
    ListenError.check(host, port);
  }

  SiteAddress siteAddress() {
    return SiteAddress.of(address);
  }
}
