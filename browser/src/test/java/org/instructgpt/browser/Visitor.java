package org.instructgpt.browser;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A person's session at the studio without a browser: forms with the page's CSRF token. One thread
/// at a time.
final class Visitor {
  private static final Pattern CSRF =
      Pattern.compile("<meta name=\"csrf-token\" content=\"([^\"]*)\"");
  private static final Pattern FRESH = Pattern.compile("<code id=\"fresh-[a-z]+\">([^<]*)</code>");

  private final String url;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private String cookie = "";
  private String session = "";
  private String csrf = "";
  private String name = "";

  Visitor(String url) {
    this.url = url;
  }

  String name() {
    return name;
  }

  /// The token of the session's cookie, whose name each studio of a machine has its own of; empty
  /// before signing in.
  String session() {
    return session;
  }

  String csrf() {
    return csrf;
  }

  /// Joins by the link, with [Studio#PASSWORD].
  void join(String link, String called) {
    name = called;
    var token = link.substring(link.indexOf('#') + 1);
    var answer =
        post(
            "/join",
            Map.of(
                "token",
                token,
                "name",
                called,
                "password",
                Studio.PASSWORD,
                "again",
                Studio.PASSWORD));
    expect(answer, 303);
    get("/account");
  }

  void signIn(String called) {
    name = called;
    expect(post("/sign-in", Map.of("name", called, "password", Studio.PASSWORD)), 303);
    get("/account");
  }

  /// The link that an invitation makes.
  String invite(String kind) {
    return fresh(expect(post("/people/invite", Map.of("kind", kind)), 200));
  }

  /// A token for programs.
  String token(String label) {
    return fresh(expect(post("/account/tokens", Map.of("label", label)), 200));
  }

  private static String fresh(HttpResponse<String> answer) {
    return FRESH
        .matcher(answer.body())
        .results()
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nothing fresh in " + answer.body()))
        .group(1);
  }

  HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  /// A file.
  byte[] download(String path) {
    try {
      var answer = client.send(request(path).GET().build(), BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(path + ": " + answer.statusCode());
      }
      return answer.body();
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Sends a form with the session's token.
  HttpResponse<String> post(String path, Map<String, String> fields) {
    var form =
        fields.entrySet().stream()
            .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
            .collect(Collectors.joining("&"));
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("X-CSRF-Token", csrf)
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  HttpResponse<String> json(String method, String path, String body) {
    return send(
        request(path)
            .setHeader("Accept", "application/json")
            .header("Content-Type", "application/json")
            .header("X-CSRF-Token", csrf)
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path) {
    var request = HttpRequest.newBuilder(URI.create(url + path)).header("Accept", "text/html");
    return session.isEmpty() ? request : request.header("Cookie", cookie + "=" + session);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      var answer = client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
      for (var set : answer.headers().allValues("Set-Cookie")) {
        if (set.matches("(__Host-)?session[^=]*=.*")) {
          cookie = set.substring(0, set.indexOf('='));
          session = set.substring(set.indexOf('=') + 1, set.indexOf(';'));
        }
      }
      CSRF.matcher(answer.body()).results().findFirst().ifPresent(found -> csrf = found.group(1));
      return answer;
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// This session in a browser.
  Page open(BrowserContext context) {
    context.addCookies(List.of(new Cookie(cookie, session).setUrl(url)));
    return context.newPage();
  }

  private static HttpResponse<String> expect(HttpResponse<String> answer, int status) {
    if (answer.statusCode() != status) {
      throw new IllegalStateException(
          answer.request().uri() + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
