package org.instructgpt.web;

import java.util.List;
import java.util.Optional;

/// The JSON body of an error, in the shape that clients of OpenAI's API know, with messages in the
/// language of the request.
///
/// @param param name of the field, where the error is about one
/// @param problems all that is wrong, each with its field
record ErrorBody(
    String message, String type, Optional<String> param, String code, List<Problem> problems) {

  record Problem(String param, String message) {}

  static ErrorBody of(ApiError error, Exchange exchange) {
    var problems =
        error.problems().stream()
            .map(p -> new Problem(p.field(), exchange.text(p.key(), p.arguments().toArray())))
            .toList();
    String type =
        switch (error.status()) {
          case 401 -> "authentication_error";
          case 403 -> "permission_error";
          case 404 -> "not_found_error";
          case 409 -> "conflict_error";
          case 429 -> "rate_limit_error";
          case 500, 503, 507 -> "server_error";
          default -> "invalid_request_error";
        };
    return new ErrorBody(
        String.join(" ", problems.stream().map(Problem::message).toList()),
        type,
        Optional.of(problems.getFirst().param()).filter(field -> !field.isEmpty()),
        error.problems().getFirst().key(),
        problems);
  }
}
