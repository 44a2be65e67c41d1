package org.instructgpt.web;

import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// The headers that make a browser careful, on every answer.
final class SecurityHeaders {
  static final String POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

  /// For documents that are not ours: nothing runs, nothing is loaded, nothing of us is theirs.
  private static final String DOCUMENT =
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'self'";

  private SecurityHeaders() {}

  static void site(Context http, SiteAddress entrance) {
    http.header("Content-Security-Policy", POLICY);
    http.header("X-Content-Type-Options", "nosniff");
    http.header("X-Frame-Options", "DENY");
    http.header("Referrer-Policy", "same-origin");
    http.header("Cross-Origin-Opener-Policy", "same-origin");
    http.header("Cross-Origin-Resource-Policy", "same-origin");
    http.header(
        "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
    http.header("Cache-Control", "no-store");
    if (entrance.secure()) {
      // Who lives below a path does not speak for the whole domain.
      String others = entrance.prefix().isEmpty() ? "; includeSubDomains" : "";
      http.header("Strict-Transport-Security", "max-age=63072000" + others);
    }
  }

  static void document(Context http) {
    http.header("Content-Security-Policy", DOCUMENT);
    http.header("X-Frame-Options", "SAMEORIGIN");
  }

  static void retry(Context http, ApiError refusal) {
    refusal
        .retryAfter()
        .ifPresent(wait -> http.header("Retry-After", "" + Math.max(1, wait.toSeconds())));
  }

  /// A file to be kept under the name, which any old program can read and any new one reads right
  /// (RFC 6266).
  static String attachment(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "_");
    String exact = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + exact;
  }
}
