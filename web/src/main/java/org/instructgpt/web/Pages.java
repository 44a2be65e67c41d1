package org.instructgpt.web;

import gg.jte.Content;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.instructgpt.web.Account.Role;

/// Renders the pages of one area: its texts and templates, inside the layout of the site.
///
/// @param shared what all areas share
record Pages(Shared shared, String area, Messages texts, TemplateEngine engine) {

  /// What all areas share.
  ///
  /// @param menu all links of the navigation, for all roles
  /// @param paths patterns of the paths of all pages
  record Shared(
      Assets assets,
      TemplateEngine layout,
      List<Entry> menu,
      List<Pattern> paths,
      ShutdownSignal closing) {
    /// Whether there is a page at a path.
    boolean hasPage(String path) {
      return paths.stream().anyMatch(page -> page.matcher(path).matches());
    }

    /// The links that an account of this role may follow.
    List<Entry> menu(Role role) {
      return menu.stream().filter(entry -> entry.roles().contains(role)).toList();
    }
  }

  /// A link of the navigation.
  ///
  /// @param texts of its area
  /// @param roles that may use its route
  record Entry(Messages texts, String key, String path, Set<Role> roles) {}

  static TemplateEngine engine(Class<?> owner) {
    return TemplateEngine.createPrecompiled(
        null, ContentType.Html, owner.getClassLoader(), owner.getPackageName());
  }

  Assets assets() {
    return shared.assets();
  }

  /// The site's own templates with this area's texts, for errors and confirmations.
  Pages plain() {
    return new Pages(shared, area, texts, shared.layout());
  }

  String part(Exchange exchange, String template, Map<String, Object> model) {
    var output = new StringOutput();
    engine.render(template + ".jte", with(exchange, model), output);
    return output.toString();
  }

  /// A whole page as HTML. A notice that the page before left in a cookie is shown once.
  String render(Exchange exchange, String title, String template, Map<String, Object> model) {
    var cookies = exchange.caller().cookies();
    Optional<String> notice = cookies.get(exchange.http(), "notice").filter(texts::has);
    notice.ifPresent(_ -> cookies.remove(exchange.http(), "notice"));
    var all = with(exchange, model);
    Content body = output -> engine.render(template + ".jte", all, output);
    var frame =
        new Frame(
            title,
            exchange.visitor().map(account -> shared.menu(account.role())).orElse(List.of()),
            notice.map(exchange::text),
            assets().has(style()) ? List.of(style()) : List.of(),
            body);
    var output = new StringOutput();
    shared.layout().render("layout.jte", Map.of("exchange", exchange, "frame", frame), output);
    return output.toString();
  }

  /// The area's own stylesheet, if it has one.
  private String style() {
    return area + "/" + area + ".css";
  }

  /// What the layout puts around a page.
  record Frame(
      String title, List<Entry> menu, Optional<String> notice, List<String> styles, Content body) {

    /// Whether the entry is the one that the current page belongs to.
    boolean current(Entry entry, String path) {
      return menu.stream()
          .filter(e -> path.equals(e.path()) || path.startsWith(e.path() + "/"))
          .max((a, b) -> Integer.compare(a.path().length(), b.path().length()))
          .filter(entry::equals)
          .isPresent();
    }
  }

  private static Map<String, Object> with(Exchange exchange, Map<String, Object> model) {
    var all = new HashMap<>(model);
    all.put("exchange", exchange);
    return all;
  }
}
