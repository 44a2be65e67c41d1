package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as Python's `json.dumps` writes it.
final class JsonText {
  private final MadeText text = new MadeText();
  private final int indent;
  private final boolean sorted;
  private final boolean ascii;

  private JsonText(int indent, boolean sorted, boolean ascii) {
    this.indent = indent;
    this.sorted = sorted;
    this.ascii = ascii;
  }

  /// @param indent spaces a level; -1 for one line
  /// @param ascii whether other characters are escaped
  static String of(@Nullable Object value, int indent, boolean sorted, boolean ascii) {
    var json = new JsonText(indent, sorted, ascii);
    json.write(value, 0);
    return json.text.toString();
  }

  private void write(@Nullable Object value, int depth) {
    switch (value) {
      case null -> text.append("null");
      case Boolean yes -> text.append(yes.toString());
      case String string -> quote(string);
      case Double n -> text.append(n.isNaN() ? "NaN" : number(n));
      case Long n -> text.append(n.toString());
      case Map<?, ?> map -> write(map, depth);
      case List<?> list -> {
        text.append('[');
        for (int i = 0; i < list.size(); i++) {
          separate(i, depth + 1);
          write(list.get(i), depth + 1);
        }
        close(list.isEmpty(), depth, ']');
      }
      case Undefined undefined -> throw undefined.error();
      default -> throw new TemplateException("no JSON can be made of a " + Python.type(value));
    }
  }

  private static String number(double n) {
    return Double.isInfinite(n) ? n > 0 ? "Infinity" : "-Infinity" : Python.digits(n);
  }

  private void write(Map<?, ?> map, int depth) {
    var entries = new ArrayList<Map.Entry<?, ?>>(map.entrySet());
    if (sorted) {
      entries.sort(Comparator.comparing(entry -> key(entry.getKey())));
    }
    text.append('{');
    for (int i = 0; i < entries.size(); i++) {
      separate(i, depth + 1);
      quote(key(entries.get(i).getKey()));
      text.append(": ");
      write(entries.get(i).getValue(), depth + 1);
    }
    close(map.isEmpty(), depth, '}');
  }

  private static String key(@Nullable Object key) {
    return switch (key) {
      case null -> "null";
      case Boolean yes -> yes ? "true" : "false";
      default -> Python.text(key);
    };
  }

  private void separate(int place, int depth) {
    if (place > 0) {
      text.append(indent < 0 ? ", " : ",");
    }
    breakLine(depth);
  }

  private void breakLine(int depth) {
    if (indent >= 0) {
      text.append('\n').append(MadeText.repeated(" ", (long) indent * depth));
    }
  }

  private void close(boolean empty, int depth, char bracket) {
    if (!empty) {
      breakLine(depth);
    }
    text.append(bracket);
  }

  private void quote(String string) {
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\b' -> quoted.append("\\b");
        case '\f' -> quoted.append("\\f");
        default -> {
          if (c < 0x20 || ascii && c > 0x7e) {
            quoted.append("\\u%04x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    text.append(quoted.append('"').toString());
  }
}
