package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A template in Jinja's language, with the meaning that Python's Jinja2 gives it in the
/// environment of `transformers`: blocks trimmed, values that cannot be changed, loops that can be
/// left, and nothing of the outside world.
///
/// A template is read once and may be run by several threads. It comes from anywhere: it can only
/// make text, in a number of steps and characters that is limited.
///
/// Sources: the documentation of Jinja 3.1 (Template Designer Documentation) and of `transformers`
/// (Chat templates).
public final class JinjaTemplate {
  private static final int LARGEST_RANGE = 100_000;

  private final Statement body;

  private JinjaTemplate(Statement body) {
    this.body = body;
  }

  /// Reads a template.
  ///
  /// @throws TemplateException if it is none
  public static JinjaTemplate of(String template) {
    try {
      return new JinjaTemplate(TemplateParser.parse(template));
    } catch (StackOverflowError e) {
      throw new TemplateException("parts of the template are nested too deeply");
    }
  }

  /// The text that the template makes of some variables.
  ///
  /// @param variables null, Boolean, numbers, String, lists and maps of those
  /// @param functions of one text, which templates may call; they refuse one by an
  ///   [IllegalArgumentException]
  /// @throws TemplateException if it cannot be run, or refuses them
  public String render(
      Map<String, ? extends @Nullable Object> variables,
      Map<String, Function<String, String>> functions) {
    return ScopedValue.where(Allowance.NOW, new Allowance()).call(() -> run(variables, functions));
  }

  private String run(
      Map<String, ? extends @Nullable Object> variables,
      Map<String, Function<String, String>> functions) {
    Map<String, @Nullable Object> names = new HashMap<>(globals());
    functions.forEach((name, function) -> {
      Callable callable = (arguments, _) -> applied(function, Python.text(arguments.getFirst()));
      names.put(name, callable);
    });
    variables.forEach((name, value) -> names.put(name, Python.of(value)));
    var out = new StringBuilder();
    try {
      body.run(new NameScope(names), out);
    } catch (StackOverflowError e) {
      throw new TemplateException("the template calls itself too deeply");
    } catch (java.util.NoSuchElementException e) {
      throw new TemplateException("a call lacks an argument");
    }
    return out.toString();
  }

  private static String applied(Function<String, String> function, String text) {
    try {
      return function.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TemplateException(String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, Callable> globals() {
    return Map.of(
        "raise_exception",
        (arguments, _) -> {
          throw TemplateException.refusal(Python.text(arguments.getFirst()));
        },
        "namespace",
        (_, named) -> new Namespace(named),
        "dict",
        (_, named) -> new LinkedHashMap<>(named),
        "range",
        (arguments, _) -> range(arguments));
  }

  private static List<@Nullable Object> range(List<@Nullable Object> arguments) {
    boolean one = arguments.size() == 1;
    long from = one ? 0 : Python.number(arguments.getFirst()).longValue();
    long to = Python.number(arguments.get(one ? 0 : 1)).longValue();
    long step = arguments.size() > 2 ? Python.number(arguments.get(2)).longValue() : 1;
    if (step == 0 || ((double) to - from) / step > LARGEST_RANGE) {
      throw new TemplateException(
          "a range of more than %,d numbers, or with the step 0".formatted(LARGEST_RANGE));
    }
    var numbers = new ArrayList<@Nullable Object>();
    for (long i = from; step > 0 ? i < to : i > to; i = Math.addExact(i, step)) {
      numbers.add(i);
    }
    return Allowance.made(numbers);
  }
}
