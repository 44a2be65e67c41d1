package org.instructgpt.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import org.instructgpt.files.Json;

/// An answer that is an error, in the words of OpenAI's interface.
///
/// Source: OpenAI's API reference, page "Error codes", and what its client for Java reads.
final class ApiRefusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String type;
  private final transient Optional<String> param;
  private final transient Optional<String> code;
  private final transient Optional<Duration> later;

  private ApiRefusal(
      int status,
      String type,
      String message,
      Optional<String> param,
      Optional<String> code,
      Optional<Duration> later) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
    this.later = later;
  }

  /// 400: a field is not as expected.
  ///
  /// @param param the field, such as `messages[0].role`
  static ApiRefusal invalid(String param, String message) {
    return new ApiRefusal(
        400,
        "invalid_request_error",
        param.isEmpty() ? message : param + ": " + message,
        Optional.of(param).filter(name -> !name.isEmpty()),
        Optional.empty(),
        Optional.empty());
  }

  /// 400: the prompt has more tokens than the model can read.
  ///
  /// @param param the field
  static ApiRefusal tooLong(String param, String message) {
    return new ApiRefusal(
        400,
        "invalid_request_error",
        param + ": " + message,
        Optional.of(param),
        Optional.of("context_length_exceeded"),
        Optional.empty());
  }

  /// 401: no key, or a wrong one.
  static ApiRefusal unknownKey(boolean given) {
    return new ApiRefusal(
        401,
        "authentication_error",
        given
            ? "the API key is not known here; ask whoever runs this server for one"
            : "expected an API key in the header 'Authorization: Bearer KEY', found none",
        Optional.empty(),
        Optional.of("invalid_api_key"),
        Optional.empty());
  }

  /// 403: the request is of a web page from elsewhere.
  static ApiRefusal otherSite() {
    return new ApiRefusal(
        403,
        "permission_error",
        "web pages of other sites may not ask here",
        Optional.empty(),
        Optional.of("other_site"),
        Optional.empty());
  }

  /// 404: there is no such model.
  static ApiRefusal noModel(String name, Iterable<String> known) {
    return new ApiRefusal(
        404,
        "not_found_error",
        "there is no model '%s'; known: %s".formatted(name, String.join(", ", known)),
        Optional.of("model"),
        Optional.of("model_not_found"),
        Optional.empty());
  }

  /// 404: there is no such address.
  static ApiRefusal noPath(String method, String path) {
    return new ApiRefusal(
        404,
        "not_found_error",
        "there is no %s %s; see docs/openai-api.md".formatted(method, path),
        Optional.empty(),
        Optional.of("unknown_url"),
        Optional.empty());
  }

  /// 405: the address is asked in another way.
  static ApiRefusal noMethod(String method, String path) {
    return new ApiRefusal(
        405,
        "invalid_request_error",
        "%s does not take %s".formatted(path, method),
        Optional.empty(),
        Optional.of("method_not_allowed"),
        Optional.empty());
  }

  /// 408: it took longer than one request may.
  static ApiRefusal tooSlow(Duration most) {
    return new ApiRefusal(
        408,
        "timeout_error",
        "the answer was not whole after %d s, the most that a request may take; ask for fewer tokens"
            .formatted(most.toSeconds()),
        Optional.empty(),
        Optional.of("timeout"),
        Optional.empty());
  }

  /// 413: the body is larger than it may be.
  static ApiRefusal tooLarge(long most) {
    return new ApiRefusal(
        413,
        "invalid_request_error",
        "expected a body of at most %d bytes, found a larger one".formatted(most),
        Optional.empty(),
        Optional.of("request_too_large"),
        Optional.empty());
  }

  /// 429: there is too much to do.
  static ApiRefusal busy(String message, Duration later) {
    return new ApiRefusal(
        429,
        "rate_limit_error",
        message,
        Optional.empty(),
        Optional.of("rate_limit_exceeded"),
        Optional.of(later));
  }

  /// 500: the fault is the server's.
  static ApiRefusal fault(String message) {
    return new ApiRefusal(
        500,
        "server_error",
        message,
        Optional.empty(),
        Optional.of("internal_error"),
        Optional.empty());
  }

  /// 503: the server is shutting down.
  static ApiRefusal closing() {
    return new ApiRefusal(
        503,
        "server_error",
        "the server is shutting down",
        Optional.empty(),
        Optional.of("shutting_down"),
        Optional.of(Duration.ofSeconds(5)));
  }

  int status() {
    return status;
  }

  /// After what time the same request may be answered; empty where it never will.
  Optional<Duration> later() {
    return later;
  }

  /// `{"error": {...}}`.
  ObjectNode json() {
    var body = Json.LENIENT.createObjectNode();
    var error =
        body.putObject("error").put("message", String.valueOf(getMessage())).put("type", type);
    error.put("param", param.orElse(null));
    error.put("code", code.orElse(null));
    return body;
  }
}
