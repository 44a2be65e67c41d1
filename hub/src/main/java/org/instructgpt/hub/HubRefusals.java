package org.instructgpt.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// Answers of a hub that are no content, told so that somebody can act on them.
///
/// Source of the headers: the documentation of `huggingface_hub`, pages "Errors" and "HTTP".
///
/// @param hub that answers
/// @param model that was asked for
/// @param clock for hubs that name a time
record HubRefusals(HubEndpoint hub, HubModel model, InstantSource clock) {

  /// Where a file is.
  URI address(String commit, HubFile file) {
    return hub.uri(model.file(commit, file.name()));
  }

  /// The failure that an answer is.
  ///
  /// @param what was asked for: the model, or a file of it
  /// @return a [TransientFailure], or an [IOException]
  /// @throws IllegalArgumentException where the user can put it right
  IOException failure(HttpResponse<?> answer, String what) {
    int status = answer.statusCode();
    var said = said(answer);
    if (status == 429 || status == 408 || status == 425 || status >= 500) {
      return new TransientFailure(
          "%s: the hub %s (%d)%s"
              .formatted(what, status == 429 ? "is asked too often" : "has trouble", status, said),
          wait(answer));
    }
    throw switch (status) {
      case 401 -> new IllegalArgumentException(unknown(said));
      case 403 ->
          new IllegalArgumentException(
              "%s: %s gives it only to people whom its owner lets in (403)%s. %s"
                  .formatted(what, hub, said, terms()));
      case 404, 410 -> new IllegalArgumentException(missing(answer, what, said));
      case 451 ->
          new IllegalArgumentException(
              "%s: %s may not give it to you, for legal reasons (451)%s"
                  .formatted(what, hub, said));
      default ->
          new IllegalArgumentException(
              "%s: expected a file or a redirect from %s, found the status %d%s"
                  .formatted(what, hub, status, said));
    };
  }

  private String unknown(String said) {
    return hub.hasToken()
        ? "%s: %s does not take the token (401)%s: it has expired or is another hub's, or there is no such model. Make one that may read at %s/settings/tokens and give it as HF_TOKEN or with --token-file FILE"
            .formatted(model, hub, said, hub)
        : "%s: %s wants to know who asks (401)%s: the model is private or gated, or there is none of this name. Check the name. %s"
            .formatted(model, hub, said, terms());
  }

  private String terms() {
    return "If it is gated, accept its terms at %s/%s, and give a token of that account that may read: HF_TOKEN in the environment, or --token-file FILE"
        .formatted(hub, model.id());
  }

  private String missing(HttpResponse<?> answer, String what, String said) {
    var code = answer.headers().firstValue("X-Error-Code").orElse("");
    if (code.equals("RevisionNotFound")) {
      return "%s: %s has no revision '%s' of it (404): name a branch, a tag or a commit that is at %s/%s"
          .formatted(model.id(), hub, model.revision(), hub, model.id());
    }
    return "%s: %s does not have it (404)%s: check the name%s"
        .formatted(
            what, hub, said, model.revision().equals(HubModel.MAIN) ? "" : " and the revision");
  }

  private Optional<Duration> wait(HttpResponse<?> answer) {
    return answer.headers().firstValue("Retry-After").map(String::strip).flatMap(this::wait);
  }

  /// Seconds, or a time as HTTP writes it (RFC 9110, 10.2.3).
  private Optional<Duration> wait(String told) {
    if (told.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(told)));
    }
    try {
      var until = ZonedDateTime.parse(told, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      var wait = Duration.between(clock.instant(), until);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static String said(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("X-Error-Message")
        .map(text -> ", saying \"" + clean(text) + "\"")
        .orElse("");
  }

  /// Words of a stranger, fit for a message: one line of at most 200 characters.
  static String clean(String text) {
    var line = text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ").strip();
    return line.length() <= 200 ? line : line.substring(0, 197) + "...";
  }
}
