package org.instructgpt.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/// Where a hub is, who asks it, and where it may send us.
///
/// Connections are encrypted (`https`). Plain `http` goes to this machine alone, or to others where
/// that is asked for. The token is sent to the hub itself and never to a host that it refers to,
/// never unencrypted to another machine, and is never told.
public final class HubEndpoint {
  /// Hugging Face's own.
  public static final String USUAL = "https://huggingface.co";

  private final URI address;
  private final Optional<String> token;
  private final boolean plain;

  private HubEndpoint(URI address, Optional<String> token, boolean plain) {
    this.address = address;
    this.token = token;
    this.plain = plain;
  }

  /// A hub.
  ///
  /// @param address such as `https://huggingface.co`; may have a path
  /// @param token of an account, for models that not everybody may read
  /// @param plain whether unencrypted connections to other machines are allowed
  /// @throws IllegalArgumentException if it is no such address, or unsafe
  public static HubEndpoint of(String address, Optional<String> token, boolean plain) {
    URI uri;
    try {
      uri = new URI(address.replaceFirst("/+$", ""));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(notAnAddress(), e);
    }
    boolean http = "http".equalsIgnoreCase(uri.getScheme());
    if (!(http || "https".equalsIgnoreCase(uri.getScheme()))
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(notAnAddress());
    }
    if (http && !isThisMachine(uri) && !plain) {
      throw new IllegalArgumentException(
          "--endpoint %s: expected https, as nobody knows who answers and who listens otherwise; --allow-http allows it"
              .formatted(uri));
    }
    if (http && !isThisMachine(uri) && token.isPresent()) {
      throw new IllegalArgumentException(
          "--endpoint %s: a token is not sent over http, where others can read it: take an https address, or ask without a token"
              .formatted(uri));
    }
    if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]{1,4096}")) {
      throw new IllegalArgumentException(
          "expected one word of letters, digits and signs as the token (HF_TOKEN or --token-file), found something else");
    }
    return new HubEndpoint(uri, token, plain);
  }

  /// Without what was found: it may hold a password.
  private static String notAnAddress() {
    return "--endpoint: expected an address such as https://huggingface.co, without a password or a query, found another";
  }

  private static boolean isThisMachine(URI uri) {
    var host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    return host.equals("localhost") || host.matches("127(\\.\\d{1,3}){3}") || host.equals("[::1]");
  }

  /// An address of the hub.
  ///
  /// @param path from the hub's own address, with its slash
  URI uri(String path) {
    return URI.create(address + path);
  }

  /// Checks an address that the hub refers to.
  ///
  /// @throws IllegalArgumentException if it is less safe than the hub's own
  void requireSafe(URI target) {
    boolean secure = "https".equalsIgnoreCase(target.getScheme());
    boolean http = "http".equalsIgnoreCase(target.getScheme());
    boolean allowed = http && "http".equalsIgnoreCase(address.getScheme());
    if (target.getHost() == null || !(secure || (allowed && (plain || isThisMachine(target))))) {
      throw new IllegalArgumentException(
          "%s refers to %s://%s, which is not followed: expected https"
              .formatted(address, target.getScheme(), target.getHost()));
    }
  }

  /// The token, for an address that is the hub's own.
  Optional<String> tokenFor(URI target) {
    return isOurs(target) ? token : Optional.empty();
  }

  /// Whether an address is on the hub's own host.
  boolean isOurs(URI target) {
    return address.getScheme().equalsIgnoreCase(target.getScheme())
        && address.getHost().equalsIgnoreCase(target.getHost())
        && port(address) == port(target);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "http".equalsIgnoreCase(uri.getScheme()) ? 80 : 443;
  }

  /// Whether somebody's token is there.
  boolean hasToken() {
    return token.isPresent();
  }

  /// The address alone.
  @Override
  public String toString() {
    return address.toString();
  }
}
