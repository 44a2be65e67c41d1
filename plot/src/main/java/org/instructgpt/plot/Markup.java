package org.instructgpt.plot;

import java.util.ArrayDeque;
import java.util.Deque;

/// An HTML writer that escapes all text.
///
/// Prompts and models' outputs go into the page and are not trusted. Only [#style] writes text
/// unescaped; names of elements and attributes come from the program.
public final class Markup {
  private final StringBuilder html = new StringBuilder("<!DOCTYPE html>\n");
  private final Deque<String> open = new ArrayDeque<>();

  /// Begins an element, which the matching [#close] ends.
  ///
  /// @param attributes names and values, alternating
  public Markup open(String element, String... attributes) {
    begin(element, attributes);
    html.append('>');
    open.push(element);
    return this;
  }

  public Markup close() {
    html.append("</").append(open.pop()).append(">\n");
    return this;
  }

  /// An element with nothing but text in it.
  public Markup line(String element, String text, String... attributes) {
    return open(element, attributes).text(text).close();
  }

  /// An element with nothing in it.
  public Markup lone(String element, String... attributes) {
    begin(element, attributes);
    html.append("/>");
    return this;
  }

  Markup text(String text) {
    escape(text);
    return this;
  }

  /// Writes the program's own style sheet unescaped.
  public Markup style(String css) {
    html.append("<style>\n").append(css).append("</style>\n");
    return this;
  }

  /// The finished page.
  public String finish() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("elements are still open: " + open);
    }
    return html.toString();
  }

  private void begin(String element, String... attributes) {
    html.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      html.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      html.append('"');
    }
  }

  private void escape(String text) {
    text.codePoints().forEach(this::escape);
  }

  private void escape(int character) {
    switch (character) {
      case '&' -> html.append("&amp;");
      case '<' -> html.append("&lt;");
      case '>' -> html.append("&gt;");
      case '"' -> html.append("&quot;");
      case '\'' -> html.append("&#39;");
      default -> html.appendCodePoint(readable(character) ? character : '\uFFFD');
    }
  }

  /// Whether HTML allows the character: no control characters, no unpaired surrogates.
  private static boolean readable(int character) {
    return character == '\n'
        || character == '\t'
        || (!Character.isISOControl(character)
            && Character.getType(character) != Character.SURROGATE);
  }
}
