package org.instructgpt.plot;

import java.util.ArrayDeque;
import java.util.Deque;

/// HTML being written, in which no text is trusted.
///
/// Prompts and models' outputs go into the page, and anybody may have written them. There is no way
/// to put text in here unescaped, but for [#style]; names of elements and attributes are the
/// program's own.
public final class Markup {
  private final StringBuilder html = new StringBuilder("<!DOCTYPE html>\n");
  private final Deque<String> open = new ArrayDeque<>();

  /// Begins an element, which the matching [#close] ends.
  ///
  /// @param attributes names and values by turns
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

  /// Our own style sheet, which must stand there as it is.
  public Markup style(String css) {
    html.append("<style>\n").append(css).append("</style>\n");
    return this;
  }

  /// The page.
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

  /// Whether HTML may hold it: no control characters, no half of a pair.
  private static boolean readable(int character) {
    return character == '\n'
        || character == '\t'
        || (!Character.isISOControl(character)
            && Character.getType(character) != Character.SURROGATE);
  }
}
