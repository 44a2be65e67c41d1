package org.instructgpt.web;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.instructgpt.web.Account.Role;

/// A method and a path of the site, with who may use it and what handles it. What has no route does
/// not exist.
///
/// @param path begins with `/`; parts in braces, as in `/tasks/{item}`, are read with
///   [Exchange#path]. Paths below `/api/` are the HTTP API: programs use them with a bearer token,
///   pages with their session; errors there are JSON.
public record Route(Method method, String path, Access access, Handler handler) {

  public Route {
    if (!path.matches("/|(/[a-z0-9._-]+|/\\{[a-zA-Z]+})+")) {
      throw new IllegalArgumentException(
          "expected a path such as /tasks/{item} in lower case without a slash at its end, found "
              + path);
    }
  }

  /// A pattern that the paths of this route match.
  Pattern pattern() {
    return Pattern.compile(path.replace(".", "\\.").replaceAll("\\{[a-zA-Z]+}", "[^/]+"));
  }

  /// The HTTP methods in use. GET never changes anything.
  public enum Method {
    GET,
    POST,
    PUT,
    DELETE
  }

  /// Who may use a route.
  ///
  /// @param everybody also those without an account
  /// @param roles of those who are signed in
  public record Access(boolean everybody, Set<Role> roles) {
    public static final Access EVERYBODY = new Access(true, EnumSet.allOf(Role.class));
    public static final Access SIGNED_IN = new Access(false, EnumSet.allOf(Role.class));

    public Access {
      roles = Set.copyOf(roles);
      if (roles.isEmpty()) {
        throw new IllegalArgumentException("expected at least one role, found a route for nobody");
      }
    }

    public static Access only(Role... roles) {
      return new Access(false, Set.copyOf(List.of(roles)));
    }

    boolean allows(Role role) {
      return roles.contains(role);
    }
  }

  /// Handles a request. It ends by answering (a page, JSON, a redirect, a download, events) or by
  /// throwing an [ApiError]; any other exception is a fault of the program: 500.
  @FunctionalInterface
  public interface Handler {
    void handle(Exchange exchange) throws Exception;
  }

  public static Route get(String path, Access access, Handler handler) {
    return new Route(Method.GET, path, access, handler);
  }

  public static Route post(String path, Access access, Handler handler) {
    return new Route(Method.POST, path, access, handler);
  }

  public static Route put(String path, Access access, Handler handler) {
    return new Route(Method.PUT, path, access, handler);
  }

  public static Route delete(String path, Access access, Handler handler) {
    return new Route(Method.DELETE, path, access, handler);
  }
}
