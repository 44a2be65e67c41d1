package org.instructgpt.web;

import gg.jte.Content;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.instructgpt.web.Account.Role;

/// How the pages of one area are written: its words and templates, inside the layout of the site.
///
/// @param studio what all areas share
record Pages(Studio studio, String area, Messages texts, TemplateEngine engine) {

  /// What all areas share.
  ///
  /// @param menu of everybody: an entry a link
  /// @param paths of all pages that can be asked for, as patterns
  record Studio(
      Assets assets,
      TemplateEngine layout,
      List<Entry> menu,
      List<Pattern> paths,
      ShutdownSignal closing) {
    /// Whether a path is that of a page.
    boolean hasPage(String path) {
      return paths.stream().anyMatch(page -> page.matcher(path).matches());
    }

    /// The entries that a person of this role may follow.
    List<Entry> menu(Role role) {
      return menu.stream().filter(entry -> entry.access().allows(role)).toList();
    }
  }

  /// A link of the navigation with the words of its area and the access of its route.
  record Entry(Messages texts, String key, String path, Route.Access access) {}

  static TemplateEngine engine(Class<?> owner) {
    return TemplateEngine.createPrecompiled(
        null, ContentType.Html, owner.getClassLoader(), owner.getPackageName());
  }

  Assets assets() {
    return studio.assets();
  }

  /// The site's own templates with this area's words: what is refused looks the same in all areas.
  Pages plain() {
    return new Pages(studio, area, texts, studio.layout());
  }

  String part(Exchange visit, String template, Map<String, Object> model) {
    var output = new StringOutput();
    engine.render(template + ".jte", with(visit, model), output);
    return output.toString();
  }

  /// The page, ready to send. The notice of the page before is told once.
  String render(Exchange visit, String title, String template, Map<String, Object> model) {
    var cookies = visit.guest().cookies();
    Optional<String> notice = cookies.get(visit.http(), "notice").filter(texts::has);
    notice.ifPresent(_ -> cookies.remove(visit.http(), "notice"));
    var all = with(visit, model);
    Content body = output -> engine.render(template + ".jte", all, output);
    var frame =
        new Frame(
            title,
            visit.visitor().map(account -> studio.menu(account.role())).orElse(List.of()),
            notice.map(visit::text),
            assets().has(style()) ? List.of(style()) : List.of(),
            body);
    var output = new StringOutput();
    studio.layout().render("layout.jte", Map.of("visit", visit, "frame", frame), output);
    return output.toString();
  }

  /// What an area adds to the common stylesheet, if anything.
  private String style() {
    return area + "/" + area + ".css";
  }

  /// What the layout puts around a page.
  record Frame(
      String title, List<Entry> menu, Optional<String> notice, List<String> styles, Content body) {

    /// Whether the entry is the one under which the visitor is.
    boolean current(Entry entry, String path) {
      return menu.stream()
          .filter(e -> path.equals(e.path()) || path.startsWith(e.path() + "/"))
          .max((a, b) -> Integer.compare(a.path().length(), b.path().length()))
          .filter(entry::equals)
          .isPresent();
    }
  }

  private static Map<String, Object> with(Exchange visit, Map<String, Object> model) {
    var all = new HashMap<>(model);
    all.put("visit", visit);
    return all;
  }
}
