package org.instructgpt.web;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/// Where browsers find the site: at the origin of a proxy, perhaps below a path prefix, or on this
/// machine alone.
///
/// Inside the site paths are those of the [Route]s. Only here the prefix is put before paths in
/// what is sent to browsers: pages, redirects, cookies.
///
/// @param origin such as `https://studio.example.org`, where an address was given
/// @param prefix the path below which the whole site lies, such as `/studio`, or empty
record SiteAddress(Optional<URI> origin, String prefix) {
  private static final List<String> LEADING =
      List.of("href=\"/", "src=\"/", "action=\"/", "formaction=\"/");

  static SiteAddress of(Optional<URI> address) {
    String path = address.map(URI::getRawPath).orElse("").replaceFirst("/$", "");
    return new SiteAddress(
        address.map(whole -> URI.create(whole.getScheme() + "://" + whole.getRawAuthority())),
        path);
  }

  /// Whether browsers use https.
  boolean secure() {
    return origin.filter(uri -> "https".equals(uri.getScheme())).isPresent();
  }

  /// A path of the site as a browser asks for it.
  String at(String path) {
    return prefix + path;
  }

  /// A suffix of this site's cookie names, so that sites of one host do not read each other's:
  /// cookies are not bound to ports.
  ///
  /// @param listening the port on which the site listens
  String mark(int listening) {
    int seen = origin.map(URI::getPort).orElse(listening);
    return (seen < 0 ? "" : "-" + seen) + prefix.replaceAll("[^A-Za-z0-9]", "-");
  }

  /// A page whose links, forms and assets lead below the prefix. Our templates put attribute values
  /// in double quotes and escape what people wrote, so every tag with such an attribute comes from
  /// a template.
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

  /// Whether the attribute value that begins with this quote is a path of the site.
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
