package org.instructgpt.web;

import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// The security headers of every response.
final class SecurityHeaders {
  static final String POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

  /// For documents that no template of ours made: no scripts, no loading, no access to the site.
  private static final String DOCUMENT =
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'self'";

  private SecurityHeaders() {}

  static void site(Context http, SiteAddress siteAddress) {
    http.header("Content-Security-Policy", POLICY);
    http.header("X-Content-Type-Options", "nosniff");
    http.header("X-Frame-Options", "DENY");
    http.header("Referrer-Policy", "same-origin");
    http.header("Cross-Origin-Opener-Policy", "same-origin");
    http.header("Cross-Origin-Resource-Policy", "same-origin");
    http.header(
        "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
    http.header("Cache-Control", "no-store");
    if (siteAddress.secure()) {
      // A site below a path must not decide for the whole domain.
      String others = siteAddress.prefix().isEmpty() ? "; includeSubDomains" : "";
      http.header("Strict-Transport-Security", "max-age=63072000" + others);
    }
  }

  static void document(Context http) {
    http.header("Content-Security-Policy", DOCUMENT);
    http.header("X-Frame-Options", "SAMEORIGIN");
  }

  static void retry(Context http, ApiError error) {
    error
        .retryAfter()
        .ifPresent(wait -> http.header("Retry-After", "" + Math.max(1, wait.toSeconds())));
  }

  /// The `Content-Disposition` of a download (RFC 6266): an ASCII name for old clients, the exact
  /// one for all others.
  static String attachment(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "_");
    String exact = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + exact;
  }
}
