package org.instructgpt.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/// One HTTP request and its response. Belongs to the thread that handles it.
///
/// Everything read here is untrusted: the handler checks lengths, ranges and rights. Templates
/// escape everything they show.
public final class Exchange {
  /// The largest body of a request: 1 MiB.
  public static final int MAX_BODY = 1 << 20;

  private final Context http;
  private final Pages pages;
  private final Caller caller;
  private final Instant now;
  private Optional<Map<String, List<String>>> form = Optional.empty();

  /// @param pages of the area that the route belongs to
  Exchange(Context http, Pages pages, Caller caller, Instant now) {
    this.http = http;
    this.pages = pages;
    this.caller = caller;
    this.now = now;
  }

  /// The account that is signed in; [ApiError] 401 when there is none.
  public Account account() {
    return visitor().orElseThrow(() -> ApiError.unknown("refusal.sign-in"));
  }

  /// The account that is signed in, if any.
  public Optional<Account> visitor() {
    return caller.account();
  }

  /// When the request arrived.
  public Instant now() {
    return now;
  }

  /// English or Chinese: the account's language, else the one chosen in this browser, else the best
  /// match of `Accept-Language`.
  public Locale language() {
    return caller.language();
  }

  /// The text of a key in the language of this request: the area's texts first, then the site's.
  public String text(String key, Object... arguments) {
    return pages.texts().say(language(), key, arguments);
  }

  /// A moment as date and minute in UTC; a script makes it local. In templates: `<time
  /// datetime="${instant}">${exchange.time(instant)}</time>`.
  public String time(Instant moment) {
    return Messages.time(language(), moment);
  }

  /// The visitor's time zone: the query's `zone`, such as `Europe/Berlin`, else the one that the
  /// browser set in a cookie, else UTC.
  public ZoneId zone() {
    return query("zone")
        .map(name -> zone(name).orElseThrow(() -> ApiError.invalid("zone", "refusal.zone", name)))
        .or(() -> Optional.ofNullable(http.cookie("zone")).flatMap(Exchange::zone))
        .orElse(ZoneOffset.UTC);
  }

  private static Optional<ZoneId> zone(String name) {
    return ZoneId.getAvailableZoneIds().contains(name)
        ? Optional.of(ZoneId.of(name))
        : Optional.empty();
  }

  /// The value of a part of the route's path in braces.
  public String path(String name) {
    return http.pathParam(name);
  }

  /// The first value of a field of the query.
  public Optional<String> query(String name) {
    String query = http.req().getQueryString();
    return Form.parse(query == null ? "" : query).getOrDefault(name, List.of()).stream()
        .findFirst();
  }

  /// The first value of a field of the form; empty when it was not sent. Lines end with `\n`.
  public Optional<String> field(String name) {
    return fields(name).stream().findFirst();
  }

  /// The first value of a field of the form; [ApiError] 400 when it was not sent.
  public String form(String name) {
    return field(name).orElseThrow(() -> ApiError.invalid(name, "refusal.field-missing", name));
  }

  /// All values of a field of the form, for checkboxes.
  public List<String> fields(String name) {
    if (form.isEmpty()) {
      form = Optional.of(Form.parse(new String(body(), StandardCharsets.UTF_8)));
    }
    return form.get().getOrDefault(name, List.of());
  }

  /// The body as an object of the type, usually a record. Unknown and duplicate fields, missing
  /// ones that are not [Optional], wrong types and more than [#MAX_BODY] bytes are refused with the
  /// field named; so is what the record's constructor rejects.
  public <T> T json(Class<T> type) {
    return StrictJson.read(body(), type);
  }

  /// Answers with a page: the area's template inside the site's layout. The model holds the
  /// template's parameters; `exchange` is added to it.
  public void page(String titleKey, String template, Map<String, Object> model) {
    page(200, titleKey, template, model);
  }

  public void page(int status, String titleKey, String template, Map<String, Object> model) {
    http.status(status);
    html(siteAddress().page(pages.render(this, text(titleKey), template, model)));
  }

  /// A page that asks for confirmation before something irreversible and says what it will do. It
  /// needs no script.
  ///
  /// @param title a question
  /// @param lines what will happen, one paragraph each
  /// @param action path that the confirming form posts to
  /// @param fields of that form
  /// @param button label of its button
  /// @param back path of the page to return to without doing it
  public record Confirmation(
      String title,
      List<String> lines,
      String action,
      Map<String, String> fields,
      String button,
      String back) {
    public Confirmation {
      lines = List.copyOf(lines);
      fields = Map.copyOf(fields);
    }
  }

  /// Answers with a page that asks for confirmation.
  public void confirm(Confirmation confirmation) {
    String page =
        pages.plain().render(this, confirmation.title(), "confirm", Map.of("asked", confirmation));
    html(siteAddress().page(page));
  }

  /// Answers with a part of a page, without the layout, for scripts that insert it.
  public void part(String template, Map<String, Object> model) {
    html(siteAddress().page(pages.part(this, template, model)));
  }

  /// Answers with a document that no template of ours made, such as a report. It is sandboxed: only
  /// its own styles and `data:` pictures work.
  public void document(String html) {
    SecurityHeaders.document(http);
    html(html);
  }

  public void answer(Object json) {
    answer(200, json);
  }

  public void answer(int status, Object json) {
    http.status(status)
        .contentType("application/json; charset=utf-8")
        .result(StrictJson.write(json));
  }

  /// Sends the browser to another page of the site, after a form.
  public void redirect(String path) {
    if (!path.startsWith("/") || path.startsWith("//") || path.contains("\\")) {
      throw new IllegalArgumentException("expected a path of the site, found " + path);
    }
    http.status(303).header("Location", siteAddress().at(path));
  }

  /// As [#redirect(String)], and the next page shows the text once, as a toast.
  public void redirect(String path, String noticeKey) {
    caller.notice(http, noticeKey);
    redirect(path);
  }

  /// Writes the content of a download.
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /// Answers with a download, written while it is sent.
  ///
  /// @param type the content type, with the character set for text
  public void download(String name, String type, Content content) throws IOException {
    http.contentType(type);
    http.header("Content-Disposition", SecurityHeaders.attachment(name));
    content.writeTo(http.res().getOutputStream());
  }

  /// Begins to answer with server-sent events, whatever the method. The stream ends with
  /// [EventSink#close()], or when the handler returns.
  public EventSink events() throws IOException {
    return EventStream.open(http, pages.shared().closing());
  }

  /// The CSRF token: forms send it in the hidden field `csrf`, scripts as `X-CSRF-Token`.
  public String csrf() {
    return caller.csrf();
  }

  /// The address of an asset `AREA/FILE`, with its fingerprint.
  public String asset(String path) {
    return pages.assets().address(path);
  }

  /// The absolute address of a path of this site, to be given to others.
  public String address(String path) {
    String origin =
        siteAddress().origin().map(URI::toString).orElseGet(() -> "http://" + http.header("Host"));
    return origin + siteAddress().at(path);
  }

  /// The path prefix of the site behind its proxy, for scripts; usually empty.
  String root() {
    return siteAddress().prefix();
  }

  private SiteAddress siteAddress() {
    return caller.cookies().siteAddress();
  }

  /// The messages of an error by field, for a form that is shown again; messages of no field are
  /// under the empty name.
  public Map<String, String> problems(ApiError error) {
    var messages = new LinkedHashMap<String, String>();
    for (ApiError.Problem problem : error.problems()) {
      messages.merge(
          problem.field(),
          text(problem.key(), problem.arguments().toArray()),
          (one, other) -> one + " " + other);
    }
    return messages;
  }

  /// The paths of the navigation's links that a role sees, in order.
  List<String> menu(Account.Role role) {
    return pages.shared().menu(role).stream().map(Pages.Entry::path).toList();
  }

  /// The status of the response so far: 200 at first.
  public int status() {
    return http.status().getCode();
  }

  /// The requested path.
  public String here() {
    return http.path();
  }

  /// A page to return to: after a GET the requested one with its query; after a form, whose answer
  /// has no address of its own, the page that held the form, or the nearest page above it.
  String back() {
    if (http.req().getMethod().equals("GET")) {
      return withQuery(here(), http.req().getQueryString());
    }
    return referer().or(this::above).orElse("/");
  }

  private Optional<String> above() {
    for (String path = here(); !path.isEmpty(); path = path.replaceFirst("/[^/]*$", "")) {
      if (pages.shared().hasPage(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /// The page that held the form, when the browser names it and it belongs to this site.
  private Optional<String> referer() {
    try {
      var before = new URI(Optional.ofNullable(http.header("Referer")).orElse(""));
      String whole = Optional.ofNullable(before.getRawPath()).orElse("");
      String path = whole.startsWith(root() + "/") ? whole.substring(root().length()) : whole;
      return pages.shared().hasPage(path)
          ? Optional.of(withQuery(path, before.getRawQuery()))
          : Optional.empty();
    } catch (URISyntaxException notAnAddress) {
      return Optional.empty();
    }
  }

  private static String withQuery(String path, @Nullable String query) {
    return query == null ? path : path + "?" + query;
  }

  Context http() {
    return http;
  }

  Caller caller() {
    return caller;
  }

  private void html(String text) {
    http.contentType("text/html; charset=utf-8").result(text);
  }

  private byte[] body() {
    try {
      byte[] body = http.req().getInputStream().readNBytes(MAX_BODY + 1);
      if (body.length > MAX_BODY) {
        throw ApiError.tooLarge("refusal.too-large");
      }
      return body;
    } catch (IOException | HttpException.RuntimeException broken) {
      throw ApiError.invalid("", "refusal.body-broken");
    }
  }
}
