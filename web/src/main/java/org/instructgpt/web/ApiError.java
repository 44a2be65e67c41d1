package org.instructgpt.web;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// A request that is refused, with an HTTP status and a message for whoever sent it.
///
/// Thrown anywhere below a [Route.Handler], it becomes an error page or, for programs and scripts,
/// `{"error": {"message", "type", "param", "code"}}`.
public final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final transient List<Problem> problems;
  private final transient Optional<Duration> retryAfter;

  private ApiError(int status, List<Problem> problems, Optional<Duration> retryAfter) {
    super(status + " " + problems.stream().map(Problem::key).toList(), null, false, false);
    this.status = status;
    this.problems = List.copyOf(problems);
    this.retryAfter = retryAfter;
  }

  /// One thing that is wrong.
  ///
  /// @param field of the form or of the JSON body, or empty
  /// @param key of the message, looked up in the area's texts, then in the site's
  public record Problem(String field, String key, List<Object> arguments) {
    public Problem {
      arguments = List.copyOf(arguments);
    }

    public Problem(String field, String key, Object... arguments) {
      this(field, key, List.of(arguments));
    }
  }

  /// 400: a field is not as expected.
  public static ApiError invalid(String field, String key, Object... arguments) {
    return invalid(List.of(new Problem(field, key, arguments)));
  }

  /// 400: everything that is wrong with what was sent, in one answer.
  public static ApiError invalid(List<Problem> problems) {
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("expected at least one problem, found none");
    }
    return new ApiError(400, problems, Optional.empty());
  }

  /// 401: nobody is signed in, or the name and the password do not match.
  public static ApiError unknown(String key, Object... arguments) {
    return of(401, key, arguments);
  }

  /// 403: not for this account.
  public static ApiError forbidden(String key, Object... arguments) {
    return of(403, key, arguments);
  }

  /// 404: it does not exist, or this account may not know of it.
  public static ApiError missing() {
    return of(404, "refusal.missing");
  }

  /// 409: the state has changed meanwhile.
  public static ApiError conflict(String key, Object... arguments) {
    return of(409, key, arguments);
  }

  /// 413: the request is too large.
  public static ApiError tooLarge(String key, Object... arguments) {
    return of(413, key, arguments);
  }

  /// 429: too many requests in too short a time.
  public static ApiError tooMany(Duration retryAfter, String key, Object... arguments) {
    return later(429, retryAfter, key, arguments);
  }

  /// 503: temporarily unavailable.
  public static ApiError unavailable(Duration retryAfter, String key, Object... arguments) {
    return later(503, retryAfter, key, arguments);
  }

  /// 500: a fault of the program.
  static ApiError fault() {
    return of(500, "refusal.fault");
  }

  /// 507: nothing can be stored, for instance because the disk is full.
  static ApiError storage() {
    return later(507, Duration.ofSeconds(15), "refusal.storage");
  }

  /// The messages as English sentences, for the command line.
  public String inEnglish() {
    var messages = Messages.ofSite();
    return problems.stream()
        .map(problem -> messages.say(Locale.ENGLISH, problem.key(), problem.arguments().toArray()))
        .collect(Collectors.joining(" "));
  }

  public int status() {
    return status;
  }

  public List<Problem> problems() {
    return problems;
  }

  /// When to try again, for 429, 503 and 507.
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  private static ApiError of(int status, String key, Object... arguments) {
    return new ApiError(status, List.of(new Problem("", key, arguments)), Optional.empty());
  }

  private static ApiError later(int status, Duration retryAfter, String key, Object... arguments) {
    return new ApiError(status, List.of(new Problem("", key, arguments)), Optional.of(retryAfter));
  }
}
