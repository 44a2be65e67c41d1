package org.instructgpt.jinja;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
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
    return replaced(
        text,
        PERCENT,
        match -> {
          if (match.group(3) != null) {
            return "%";
          }
          if (next[0] >= values.size()) {
            throw new TemplateException("not enough values for the text " + text);
          }
          var value = values.get(next[0]++);
          return switch (match.group(2)) {
            case "d" -> String.valueOf(Python.number(value).longValue());
            case "r" -> Python.repr(value);
            case "f" -> decimal(match.group(1), Python.number(value).doubleValue());
            default -> Python.text(value);
          };
        });
  }

  private static String decimal(@Nullable String precision, double value) {
    if (precision != null && precision.length() > 4) {
      throw new TemplateException("expected at most 999 digits, found %" + precision + "f");
    }
    return String.format(
        java.util.Locale.ROOT, "%" + (precision == null ? ".6" : precision) + "f", value);
  }

  private static String replaced(
      String text, Pattern pattern, Function<MatchResult, String> replacement) {
    var result = new MadeText();
    var found = pattern.matcher(text);
    int from = 0;
    while (found.find()) {
      result.append(text.substring(from, found.start())).append(replacement.apply(found));
      from = found.end();
    }
    return result.append(text.substring(from)).toString();
  }

  /// `{}`, `{0}` and `{name}`.
  static String braces(
      String text, List<@Nullable Object> values, Map<String, @Nullable Object> named) {
    int[] next = {0};
    return replaced(
        text,
        BRACES,
        match -> {
          if (match.group(1) == null) {
            return match.group().substring(1);
          }
          var name = match.group(1);
          boolean counted = name.isEmpty() || name.matches("\\d{1,6}");
          int place = name.isEmpty() ? next[0]++ : counted ? Integer.parseInt(name) : -1;
          if (counted ? place >= values.size() : !named.containsKey(name)) {
            throw new TemplateException("no value for {%s} in the text %s".formatted(name, text));
          }
          return Python.text(counted ? values.get(place) : named.get(name));
        });
  }
}
