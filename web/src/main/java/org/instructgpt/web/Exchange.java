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

/// One request and its answer. Belongs to the thread that handles it.
///
/// What is read here is what a stranger sent: lengths, ranges and rights are checked by the
/// handler. What is shown by a page is escaped by the template.
public final class Exchange {
  private final Context http;
  private final Pages pages;
  private final Caller guest;
  private final Instant now;
  private Optional<Map<String, List<String>>> form = Optional.empty();

  /// @param pages those of the area whose route this is
  Exchange(Context http, Pages pages, Caller guest, Instant now) {
    this.http = http;
    this.pages = pages;
    this.guest = guest;
    this.now = now;
  }

  /// Who is signed in; [ApiError] 401 when nobody is.
  public Account account() {
    return visitor().orElseThrow(() -> ApiError.unknown("refusal.sign-in"));
  }

  /// Who is signed in, if anybody is.
  public Optional<Account> visitor() {
    return guest.account();
  }

  /// When the request came.
  public Instant now() {
    return now;
  }

  /// The account's language, or the one chosen on this browser, or the browser's best: English or
  /// Chinese.
  public Locale language() {
    return guest.language();
  }

  /// What a key says in this visit's language: the area's texts first, then the site's.
  public String text(String key, Object... arguments) {
    return pages.texts().say(language(), key, arguments);
  }

  /// A moment for people: date and minute, UTC; scripts make it local. For templates: `<time
  /// datetime="${instant}">${visit.time(instant)}</time>`.
  public String time(Instant moment) {
    return Messages.time(language(), moment);
  }

  /// Where the visitor's days begin and end: what the query's `zone` names, such as
  /// `Europe/Berlin`, or what the browser said; UTC where nobody said anything.
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

  /// A part of the path in braces.
  public String path(String name) {
    return http.pathParam(name);
  }

  /// The first value of a field of the query.
  public Optional<String> query(String name) {
    String query = http.req().getQueryString();
    return Form.parse(query == null ? "" : query).getOrDefault(name, List.of()).stream()
        .findFirst();
  }

  /// The first value of a field of the form; empty when it was not sent. Ends of lines are `\n`.
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

  /// The body as an object of the type, which is best a record. Unknown and doubled fields, missing
  /// ones that are not [Optional], wrong types and more than [Site#MAX_BODY] bytes are refused with
  /// the field named; so is what the record's constructor throws.
  public <T> T json(Class<T> type) {
    return StrictJson.read(body(), type);
  }

  /// Answers with a page: the area's template inside the site's layout. The model is the template's
  /// parameters; `visit` is added to it.
  public void page(String titleKey, String template, Map<String, Object> model) {
    page(200, titleKey, template, model);
  }

  public void page(int status, String titleKey, String template, Map<String, Object> model) {
    http.status(status);
    html(entrance().page(pages.render(this, text(titleKey), template, model)));
  }

  /// What somebody is asked before something that cannot be taken back: what it will do, in
  /// numbers. A page of its own, which needs no script.
  ///
  /// @param title of the page, a question
  /// @param lines what will happen, one a paragraph
  /// @param action where the form goes that does it
  /// @param fields that it sends
  /// @param button what doing it is called
  /// @param back the page to which whoever thinks better of it goes
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

  /// Answers with the question whether something that cannot be taken back shall be done.
  public void confirm(Confirmation asked) {
    String page = pages.plain().render(this, asked.title(), "confirm", Map.of("asked", asked));
    html(entrance().page(page));
  }

  /// Answers with a part of a page, without the layout, for scripts that put it in its place.
  public void part(String template, Map<String, Object> model) {
    html(entrance().page(pages.part(this, template, model)));
  }

  /// Answers with a document that is not ours, such as a report: it gets no right but to show
  /// itself with its own style and `data:` pictures, best in a frame.
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
    http.status(303).header("Location", entrance().at(path));
  }

  /// As [#redirect(String)], and the next page says the text once, as a toast.
  public void redirect(String path, String noticeKey) {
    guest.notice(http, noticeKey);
    redirect(path);
  }

  /// Writes a file.
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /// Answers with a file to be kept, written while it is sent.
  ///
  /// @param type of its content, with the character set of a text
  public void download(String name, String type, Content content) throws IOException {
    http.contentType(type);
    http.header("Content-Disposition", SecurityHeaders.attachment(name));
    content.writeTo(http.res().getOutputStream());
  }

  /// Begins to answer with server-sent events, whatever the method. They end with [Events#close()],
  /// or with the handler.
  public Events events() throws IOException {
    return EventStream.open(http, pages.studio().closing());
  }

  /// An open answer to which events are added. May be used by one thread at a time.
  public interface Events extends AutoCloseable {
    /// Sends one event at once; nothing happens when the other side is gone.
    void send(String event, Object json);

    /// Whether the other side has hung up, as far as the last write, or a ping that this sends
    /// after a quarter of a second without one, could tell.
    boolean gone();

    /// Whether the site is closing: what would go on for ever ends now.
    boolean ending();

    @Override
    void close();
  }

  /// For forms: the hidden field `csrf` must carry this; scripts send it as `X-CSRF-Token`.
  public String csrf() {
    return guest.csrf();
  }

  /// The address of an asset by `NAME/FILE`, with its fingerprint.
  public String asset(String path) {
    return pages.assets().address(path);
  }

  /// The whole address of a path of this site, to be given to others.
  public String address(String path) {
    String origin =
        entrance().origin().map(URI::toString).orElseGet(() -> "http://" + http.header("Host"));
    return origin + entrance().at(path);
  }

  /// The path below which the site lies behind its proxy, for scripts; mostly nothing.
  String root() {
    return entrance().prefix();
  }

  private SiteAddress entrance() {
    return guest.cookies().entrance();
  }

  /// What is wrong, in words, by field; what belongs to no field is under the empty name. For forms
  /// that are shown again.
  public Map<String, String> problems(ApiError refusal) {
    var told = new LinkedHashMap<String, String>();
    for (ApiError.Problem problem : refusal.problems()) {
      told.merge(
          problem.field(),
          text(problem.key(), problem.arguments().toArray()),
          (one, other) -> one + " " + other);
    }
    return told;
  }

  /// The paths of the navigation that a role sees, in their order.
  List<String> menu(Account.Role role) {
    return pages.studio().menu(role).stream().map(Pages.Entry::path).toList();
  }

  /// The status of the answer, as far as it is set: 200 at first.
  public int status() {
    return http.status().getCode();
  }

  /// The path that was asked for.
  public String here() {
    return http.path();
  }

  /// A page to come back to: the one that was asked for, with its query. What answers a form can
  /// only be had by sending the form, so after one it is the page that the form stood on, or the
  /// nearest one above.
  String back() {
    if (http.req().getMethod().equals("GET")) {
      return withQuery(here(), http.req().getQueryString());
    }
    return referer().or(this::above).orElse("/");
  }

  private Optional<String> above() {
    for (String path = here(); !path.isEmpty(); path = path.replaceFirst("/[^/]*$", "")) {
      if (pages.studio().hasPage(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /// The page before, if the browser says which and it is one of this site.
  private Optional<String> referer() {
    try {
      var before = new URI(Optional.ofNullable(http.header("Referer")).orElse(""));
      String whole = Optional.ofNullable(before.getRawPath()).orElse("");
      String path = whole.startsWith(root() + "/") ? whole.substring(root().length()) : whole;
      return pages.studio().hasPage(path)
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

  Caller guest() {
    return guest;
  }

  private void html(String text) {
    http.contentType("text/html; charset=utf-8").result(text);
  }

  private byte[] body() {
    try {
      byte[] body = http.req().getInputStream().readNBytes(Site.MAX_BODY + 1);
      if (body.length > Site.MAX_BODY) {
        throw ApiError.tooLarge("refusal.too-large");
      }
      return body;
    } catch (IOException | HttpException.RuntimeException broken) {
      throw ApiError.invalid("", "refusal.body-broken");
    }
  }
}
