package org.instructgpt.jinja;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The two ways in which Python's texts take values in.
final class Formats {
  private static final Pattern PERCENT = Pattern.compile("%(?:(\\.\\d+)?([sdrf])|(%))");
  private static final Pattern BRACES = Pattern.compile("\\{\\{|\\}\\}|\\{(\\w*)\\}");

  private Formats() {}

  /// `%s`, `%d`, `%r`, `%f` and `%%`.
  static String percent(String text, List<@Nullable Object> values) {
    int[] next = {0};
    var found = PERCENT.matcher(text);
    return found.replaceAll(match -> {
      if (match.group(3) != null) {
        return "%";
      }
      if (next[0] >= values.size()) {
        throw new TemplateException("not enough values for the text " + text);
      }
      var value = values.get(next[0]++);
      return java.util.regex.Matcher.quoteReplacement(
          switch (match.group(2)) {
            case "d" -> String.valueOf(Python.number(value).longValue());
            case "r" -> Python.repr(value);
            case "f" ->
                String.format(
                    java.util.Locale.ROOT,
                    "%" + (match.group(1) == null ? ".6" : match.group(1)) + "f",
                    Python.number(value).doubleValue());
            default -> Python.text(value);
          });
    });
  }

  /// `{}`, `{0}` and `{name}`.
  static String braces(
      String text, List<@Nullable Object> values, Map<String, @Nullable Object> named) {
    int[] next = {0};
    return BRACES
        .matcher(text)
        .replaceAll(match -> {
          if (match.group(1) == null) {
            return match.group().substring(1);
          }
          var name = match.group(1);
          boolean counted = name.isEmpty() || name.matches("\\d{1,6}");
          int place = name.isEmpty() ? next[0]++ : counted ? Integer.parseInt(name) : -1;
          if (counted ? place >= values.size() : !named.containsKey(name)) {
            throw new TemplateException("no value for {%s} in the text %s".formatted(name, text));
          }
          return java.util.regex.Matcher.quoteReplacement(
              Python.text(counted ? values.get(place) : named.get(name)));
        });
  }
}
