package org.instructgpt.web;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A minimal browser for tests: cookies, forms with the page's CSRF token, one request at a time.
public final class Browser {
  private static final Pattern TOKEN =
      Pattern.compile("<meta name=\"csrf-token\" content=\"([^\"]*)\"");

  private final String url;
  private final CookieManager cookies;
  private final HttpClient client;
  private String csrf = "";

  public Browser(String url) {
    this(url, new CookieManager());
  }

  private Browser(String url, CookieManager cookies) {
    this.url = url;
    this.cookies = cookies;
    this.client = HttpClient.newBuilder().cookieHandler(cookies).build();
  }

  /// The same browser at another address.
  public Browser at(String other) {
    return new Browser(other, cookies);
  }

  public HttpResponse<String> get(String path, String... headers) {
    return send(request(path, headers).GET());
  }

  /// Sends a form with the CSRF token of the last page.
  public HttpResponse<String> post(String path, Map<String, String> fields, String... headers) {
    String form =
        fields.entrySet().stream()
            .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
            .collect(Collectors.joining("&"));
    String body = form + (form.isEmpty() ? "" : "&") + "csrf=" + encode(csrf);
    return send(
        request(path, headers)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  public HttpResponse<String> send(String method, String path, String body, String... headers) {
    return send(request(path, headers).method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      var answer = client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
      var token = TOKEN.matcher(answer.body());
      if (token.find()) {
        csrf = token.group(1);
      }
      return answer;
    } catch (IOException | InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  public HttpRequest.Builder request(String path, String... headers) {
    var request = HttpRequest.newBuilder(URI.create(url + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (request.build().headers().firstValue("Accept").isEmpty()) {
      request.header("Accept", "text/html");
    }
    return request;
  }

  public String csrf() {
    return csrf;
  }

  /// The value of the session's cookie; empty without one.
  public String session() {
    return cookies.getCookieStore().getCookies().stream()
        .filter(cookie -> cookie.getName().startsWith("session"))
        .map(cookie -> cookie.getValue())
        .findFirst()
        .orElse("");
  }

  /// Disconnects.
  public void close() {
    client.shutdownNow();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
