package org.instructgpt.web;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/// Where browsers find the site: at the origin of a proxy in front, perhaps below a path of it, or
/// on this machine alone.
///
/// Inside the site a path is what a [Route] says; what leaves for a browser (pages, redirects,
/// cookies) gets the proxy's path before it here, and nowhere else.
///
/// @param origin such as `https://studio.example.org`, where an address was given
/// @param prefix the path below which all of it lies, such as `/studio`, or nothing
record SiteAddress(Optional<URI> origin, String prefix) {
  private static final List<String> LEADING =
      List.of("href=\"/", "src=\"/", "action=\"/", "formaction=\"/");

  static SiteAddress of(Optional<URI> address) {
    String path = address.map(URI::getRawPath).orElse("").replaceFirst("/$", "");
    return new SiteAddress(
        address.map(whole -> URI.create(whole.getScheme() + "://" + whole.getRawAuthority())),
        path);
  }

  /// Whether browsers come by https.
  boolean secure() {
    return origin.filter(uri -> "https".equals(uri.getScheme())).isPresent();
  }

  /// A path of the site as a browser asks for it.
  String at(String path) {
    return prefix + path;
  }

  /// What the cookies of this site have in their names, so that sites of one host do not take each
  /// other's: cookies know no ports.
  ///
  /// @param listening the port on which the site listens
  String mark(int listening) {
    int seen = origin.map(URI::getPort).orElse(listening);
    return (seen < 0 ? "" : "-" + seen) + prefix.replaceAll("[^A-Za-z0-9]", "-");
  }

  /// A page of ours with its links, forms and assets leading below the prefix. In our templates
  /// values stand in double quotes, and what people wrote is escaped, so a tag with such an
  /// attribute is ours.
  String page(String html) {
    if (prefix.isEmpty()) {
      return html;
    }
    var out = new StringBuilder(html.length() + html.length() / 8);
    boolean tag = false;
    boolean quoted = false;
    for (int i = 0; i < html.length(); i++) {
      char c = html.charAt(i);
      out.append(c);
      if (!tag) {
        tag = c == '<' && i + 1 < html.length() && Character.isLetter(html.charAt(i + 1));
      } else if (c == '"') {
        quoted = !quoted;
        if (quoted && leads(html, i)) {
          out.append(prefix);
        }
      } else if (c == '>' && !quoted) {
        tag = false;
      }
    }
    return out.toString();
  }

  /// Whether the value that begins with this quote is a path of the site.
  private static boolean leads(String html, int quote) {
    return !html.startsWith("//", quote + 1)
        && LEADING.stream()
            .anyMatch(attribute -> {
              int begin = quote + 2 - attribute.length();
              return html.startsWith(attribute, begin)
                  && Character.isWhitespace(html.charAt(begin - 1));
            });
  }
}
