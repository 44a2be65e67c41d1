package org.instructgpt.web;

import java.util.List;
import java.util.Map;

/// What a module adds to the site.
///
/// In the folder NAME beside the `owner` class on the class path lie the area's texts,
/// `messages.properties` in English and `messages_zh.properties` in Chinese (UTF-8,
/// `MessageFormat`), and the folder `assets`, whose files are served at `/assets/NAME/FILE`; its
/// pages are the templates of the module's `src/main/jte`. A file `assets/NAME.css` is part of
/// every page of the area.
///
/// @param name of the area; where it is that of the owner's package, there is no folder for it
/// @param owner any class of the module
/// @param links to be shown in the navigation to those who may follow them, in this order
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

  /// An area that is all of its module.
  public SiteArea(Class<?> owner, List<Route> routes, List<Link> links) {
    this(lastOf(owner), owner, routes, links, Map.of());
  }

  /// A link of the navigation; shown to those whom the route of its path lets in, so that the first
  /// link of all areas is where a person starts after signing in.
  ///
  /// @param text the key of what it says
  public record Link(String text, String path) {}

  /// Where a resource of the area lies, from the owner's package.
  String resource(String file) {
    return name.equals(lastOf(owner)) ? file : name + "/" + file;
  }

  private static String lastOf(Class<?> owner) {
    return owner.getPackageName().substring(owner.getPackageName().lastIndexOf('.') + 1);
  }
}
