package org.instructgpt.web;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A part of the site: the routes, links, texts and assets of one module or of a part of it.
///
/// In the folder NAME beside the `owner` class on the class path lie the area's texts,
/// `messages.properties` in English and `messages_zh.properties` in Chinese (UTF-8,
/// `MessageFormat`), and the folder `assets`, whose files are served at `/assets/NAME/FILE`; its
/// pages are the templates of the module's `src/main/jte`. A file `assets/NAME.css` is part of
/// every page of the area.
///
/// @param name of the area; where it is that of the owner's package, there is no folder for it
/// @param owner any class of the module
/// @param links of the navigation, in this order; each is shown to those who may follow it
/// @param borrowed assets that lie elsewhere on the class path: file name to resource, such as
///   `sortable.js` to `META-INF/resources/webjars/...`
public record SiteArea(
    String name,
    Class<?> owner,
    List<Route> routes,
    List<Link> links,
    Map<String, String> borrowed) {

  public SiteArea {
    routes = List.copyOf(routes);
    links = List.copyOf(links);
    borrowed = Map.copyOf(borrowed);
    for (Link link : links) {
      if (routes.stream().noneMatch(r -> r.path().equals(link.path()))) {
        throw new IllegalArgumentException(
            "expected a route for the link " + link.text() + ", found none at " + link.path());
      }
    }
  }

  public SiteArea(String name, Class<?> owner, List<Route> routes, List<Link> links) {
    this(name, owner, routes, links, Map.of());
  }

  /// The only area of its module, named like the package.
  public SiteArea(Class<?> owner, List<Route> routes, List<Link> links) {
    this(lastOf(owner), owner, routes, links, Map.of());
  }

  /// A link of the navigation, shown to those who may use the route of its path. After signing in a
  /// person starts at the first link that is shown.
  ///
  /// @param text key of its text
  public record Link(String text, String path) {}

  /// The area's texts.
  ///
  /// @param fallback where keys are looked up that the area does not have
  Messages messages(Optional<Messages> fallback) {
    return Messages.of(owner, this::resource, fallback);
  }

  /// Opens a file of the area's `assets`; null when there is none of this name.
  @Nullable InputStream asset(String file) {
    String elsewhere = borrowed.get(file);
    return elsewhere == null
        ? owner.getResourceAsStream(resource("assets/" + file))
        : owner.getClassLoader().getResourceAsStream(elsewhere);
  }

  /// The path of a resource of the area, from the owner's package.
  private String resource(String file) {
    return name.equals(lastOf(owner)) ? file : name + "/" + file;
  }

  private static String lastOf(Class<?> owner) {
    return owner.getPackageName().substring(owner.getPackageName().lastIndexOf('.') + 1);
  }
}
