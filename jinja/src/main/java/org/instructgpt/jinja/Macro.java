package org.instructgpt.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A macro, which sees the names of where it was made.
record Macro(
    String name, Map<String, @Nullable Expression> parameters, Statement body, NameScope home)
    implements Callable {
  @Override
  public Object call(List<@Nullable Object> arguments, Map<String, @Nullable Object> named) {
    Allowance.step();
    var scope = home.inner();
    int place = 0;
    for (var parameter : parameters.entrySet()) {
      var usual = parameter.getValue();
      Object value =
          place < arguments.size()
              ? arguments.get(place)
              : named.containsKey(parameter.getKey())
                  ? named.get(parameter.getKey())
                  : usual == null
                      ? new Undefined(
                          "parameter '%s' was not provided".formatted(parameter.getKey()))
                      : usual.value(scope);
      scope.set(parameter.getKey(), value);
      place++;
    }
    if (arguments.size() > parameters.size()) {
      throw new TemplateException(
          "macro '%s' takes not more than %d argument(s)".formatted(name, parameters.size()));
    }
    scope.set("caller", named.getOrDefault("caller", new Undefined("there is no caller")));
    return body.written(scope);
  }
}
