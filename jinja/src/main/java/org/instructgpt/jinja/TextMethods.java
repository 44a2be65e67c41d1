package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The methods of texts.
final class TextMethods {
  private TextMethods() {}

  /// A method of a text; null if it has none of this name.
  static @Nullable Callable of(String text, String name) {
    return switch (name) {
      case "strip" -> (a, _) -> stripped(text, first(a), true, true);
      case "lstrip" -> (a, _) -> stripped(text, first(a), true, false);
      case "rstrip" -> (a, _) -> stripped(text, first(a), false, true);
      case "split" -> (a, _) -> split(text, a);
      case "rsplit" -> (a, _) -> rsplit(text, a);
      case "splitlines" -> (_, _) -> new ArrayList<Object>(text.lines().toList());
      case "startswith" -> (a, _) -> any(a, text::startsWith);
      case "endswith" -> (a, _) -> any(a, text::endsWith);
      case "upper" -> (_, _) -> text.toUpperCase(Locale.ROOT);
      case "lower", "casefold" -> (_, _) -> text.toLowerCase(Locale.ROOT);
      case "title" -> (_, _) -> title(text);
      case "capitalize" -> (_, _) -> capitalized(text);
      case "replace" -> (a, _) -> replaced(text, a);
      case "removeprefix" ->
          (a, _) ->
              text.startsWith(required(a, 0)) ? text.substring(required(a, 0).length()) : text;
      case "removesuffix" ->
          (a, _) ->
              text.endsWith(required(a, 0))
                  ? text.substring(0, text.length() - required(a, 0).length())
                  : text;
      case "find", "index" -> (a, _) -> (long) text.indexOf(sought(text, a));
      case "rfind" -> (a, _) -> (long) text.lastIndexOf(sought(text, a));
      case "count" -> (a, _) -> count(text, sought(text, a));
      case "join" -> (a, _) -> joined(Python.list(a.getFirst()), text);
      case "isdigit", "isnumeric", "isdecimal" -> (_, _) -> all(text, Character::isDigit);
      case "isalpha" -> (_, _) -> all(text, Character::isLetter);
      case "isalnum" -> (_, _) -> all(text, Character::isLetterOrDigit);
      case "isspace" -> (_, _) -> all(text, TextMethods::isSpace);
      case "isupper" ->
          (_, _) ->
              text.chars().anyMatch(Character::isUpperCase)
                  && text.chars().noneMatch(Character::isLowerCase);
      case "islower" ->
          (_, _) ->
              text.chars().anyMatch(Character::isLowerCase)
                  && text.chars().noneMatch(Character::isUpperCase);
      case "format" -> (a, named) -> Formats.braces(text, a, named);
      default -> null;
    };
  }

  /// Values as a text, with another between one and the next.
  static String joined(List<@Nullable Object> values, String between) {
    var text = new MadeText();
    for (int i = 0; i < values.size(); i++) {
      text.append(i == 0 ? "" : between).append(Python.text(values.get(i)));
    }
    return text.toString();
  }

  private static @Nullable String first(List<@Nullable Object> arguments) {
    return arguments.isEmpty() || arguments.getFirst() == null ? null : required(arguments, 0);
  }

  private static String required(List<@Nullable Object> arguments, int place) {
    if (arguments.size() > place && arguments.get(place) instanceof String text) {
      return text;
    }
    throw new TemplateException(
        "a method of a text expected a text as argument %d, found %s"
            .formatted(
                place + 1,
                arguments.size() > place ? Python.type(arguments.get(place)) : "nothing"));
  }

  private static boolean any(List<@Nullable Object> arguments, Function<String, Boolean> test) {
    return arguments.getFirst() instanceof List<?> several
        ? several.stream().anyMatch(each -> test.apply(Python.text(each)))
        : test.apply(required(arguments, 0));
  }

  private static boolean all(String text, java.util.function.IntPredicate test) {
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }

  /// White space as Python sees it.
  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  /// Without white space, or without any of the characters given, at the ends.
  static String stripped(String text, @Nullable String characters, boolean left, boolean right) {
    int from = 0;
    int to = text.length();
    while (left && from < to && isStripped(text.charAt(from), characters)) {
      from++;
    }
    while (right && from < to && isStripped(text.charAt(to - 1), characters)) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isStripped(char c, @Nullable String characters) {
    return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
  }

  private static int most(List<@Nullable Object> arguments) {
    return arguments.size() > 1
        ? Math.clamp(Python.number(arguments.get(1)).longValue(), -1, Integer.MAX_VALUE - 1)
        : -1;
  }

  /// At each separator, or between runs of white space where none is given.
  private static List<@Nullable Object> split(String text, List<@Nullable Object> arguments) {
    var separator = first(arguments);
    int most = most(arguments);
    if (separator == null) {
      var words = stripped(text, null, true, most < 0);
      return words.isBlank()
          ? new ArrayList<>()
          : new ArrayList<>(Arrays.asList(words.split("\\s+", most < 0 ? 0 : most + 1)));
    }
    if (separator.isEmpty()) {
      throw new TemplateException("split expected a separator that is not empty");
    }
    Allowance.search(text, separator);
    return new ArrayList<>(
        Arrays.asList(text.split(Pattern.quote(separator), most < 0 ? -1 : most + 1)));
  }

  private static List<@Nullable Object> rsplit(String text, List<@Nullable Object> arguments) {
    int most = most(arguments);
    var all = split(text, arguments.isEmpty() ? arguments : arguments.subList(0, 1));
    var separator = first(arguments);
    if (most < 0 || separator == null || all.size() <= most + 1) {
      return all;
    }
    int joined = all.size() - most;
    var result = new ArrayList<@Nullable Object>();
    result.add(joined(all.subList(0, joined), separator));
    result.addAll(all.subList(joined, all.size()));
    return result;
  }

  static String capitalized(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT)
            + text.substring(1).toLowerCase(Locale.ROOT);
  }

  private static String title(String text) {
    var result = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      result.append(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inside = Character.isLetter(c);
    }
    return result.toString();
  }

  /// What is replaced, in a text; an empty text is found before each letter and at the end.
  private static String replaced(String text, List<@Nullable Object> arguments) {
    var old = sought(text, arguments);
    var fresh = required(arguments, 1);
    long left = arguments.size() < 3 ? -1 : Python.number(arguments.get(2)).longValue();
    var result = new MadeText();
    int from = 0;
    for (int at = text.indexOf(old); at >= 0 && left != 0; at = text.indexOf(old, from)) {
      result.append(text.substring(from, at)).append(fresh);
      from = at + old.length();
      left--;
      if (old.isEmpty()) {
        if (at == text.length()) {
          break;
        }
        from = text.offsetByCodePoints(at, 1);
        result.append(text.substring(at, from));
      }
    }
    return result.append(text.substring(from)).toString();
  }

  /// The first argument, a text that is looked for.
  private static String sought(String text, List<@Nullable Object> arguments) {
    var part = required(arguments, 0);
    Allowance.search(text, part);
    return part;
  }

  private static long count(String text, String part) {
    return part.isEmpty()
        ? text.codePointCount(0, text.length()) + 1L
        : text.split(Pattern.quote(part), -1).length - 1L;
  }
}
