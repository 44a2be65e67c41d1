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
  private final String code;
  private final String param;
  private final long laterSeconds;

  /// @param code for programs; empty for none
  /// @param param the field; empty for none
  /// @param laterSeconds after what time the same request may be answered; 0 where it never will
  private ApiRefusal(int status, String code, String param, String message, long laterSeconds) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.laterSeconds = laterSeconds;
  }

  private static ApiRefusal of(int status, String code, String message) {
    return new ApiRefusal(status, code, "", message, 0);
  }

  /// 400: a field is not as expected.
  ///
  /// @param param the field, such as `messages[0].role`; empty for the whole body
  static ApiRefusal invalid(String param, String message) {
    return new ApiRefusal(400, "", param, param.isEmpty() ? message : param + ": " + message, 0);
  }

  /// 400: the prompt has more tokens than the model can read.
  ///
  /// @param param the field
  static ApiRefusal tooLong(String param, String message) {
    return new ApiRefusal(400, "context_length_exceeded", param, param + ": " + message, 0);
  }

  /// 401: no key, or a wrong one.
  static ApiRefusal unknownKey(boolean given) {
    return of(
        401,
        "invalid_api_key",
        given
            ? "the API key is not known here; ask whoever runs this server for one"
            : "expected an API key in the header 'Authorization: Bearer KEY', found none");
  }

  /// 403: the request is of a web page from elsewhere.
  static ApiRefusal otherSite() {
    return of(403, "other_site", "web pages of other sites may not ask here");
  }

  /// 404: there is no such model.
  static ApiRefusal noModel(String name, Iterable<String> known) {
    var message = "there is no model '%s'; known: %s".formatted(name, String.join(", ", known));
    return new ApiRefusal(404, "model_not_found", "model", message, 0);
  }

  /// 404: there is no answer of which something could be said.
  static ApiRefusal nothingKept(String message) {
    return of(404, "answer_not_found", message + "; see docs/openai-api.md, feedback");
  }

  /// 404: there is no such address.
  static ApiRefusal noPath(String method, String path) {
    return of(
        404, "unknown_url", "there is no %s %s; see docs/openai-api.md".formatted(method, path));
  }

  /// 405: the address is asked in another way.
  static ApiRefusal noMethod(String method, String path) {
    return of(405, "method_not_allowed", "%s does not take %s".formatted(path, method));
  }

  /// 408: it took longer than one request may.
  static ApiRefusal tooSlow(Duration most) {
    return of(
        408,
        "timeout",
        "the answer was not whole after %d s, the most that a request may take; ask for fewer tokens"
            .formatted(most.toSeconds()));
  }

  /// 413: the body is larger than it may be.
  static ApiRefusal tooLarge(long most) {
    return of(
        413,
        "request_too_large",
        "expected a body of at most %d bytes, found a larger one".formatted(most));
  }

  /// 429: there is too much to do.
  static ApiRefusal busy(String message, Duration later) {
    return new ApiRefusal(429, "rate_limit_exceeded", "", message, later.toSeconds());
  }

  /// 500: the fault is the server's.
  static ApiRefusal fault(String message) {
    return of(500, "internal_error", message);
  }

  /// 503: the server is shutting down.
  static ApiRefusal closing() {
    return new ApiRefusal(503, "shutting_down", "", "the server is shutting down", 5);
  }

  int status() {
    return status;
  }

  /// After how many seconds the same request may be answered; empty where it never will.
  Optional<Long> laterSeconds() {
    return Optional.of(laterSeconds).filter(seconds -> seconds > 0);
  }

  private String type() {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 408 -> "timeout_error";
      case 429 -> "rate_limit_error";
      case 500, 503 -> "server_error";
      default -> "invalid_request_error";
    };
  }

  /// `{"error": {...}}`.
  ObjectNode json() {
    var body = Json.LENIENT.createObjectNode();
    body.putObject("error")
        .put("message", String.valueOf(getMessage()))
        .put("type", type())
        .put("param", param.isEmpty() ? null : param)
        .put("code", code.isEmpty() ? null : code);
    return body;
  }
}
