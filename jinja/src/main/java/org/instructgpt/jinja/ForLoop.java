package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A loop.
///
/// @param names of its elements, or of the parts of each
/// @param test which elements it takes; null for all
/// @param none what is written if there are none
/// @param recursive whether `loop` can be called
record ForLoop(
    List<String> names,
    Expression over,
    @Nullable Expression test,
    Statement body,
    Statement none,
    boolean recursive)
    implements Statement {

  @Override
  public Next run(NameScope scope, StringBuilder out) {
    return over(scope, out, over.value(scope), 1);
  }

  private Next over(NameScope scope, StringBuilder out, @Nullable Object value, int depth) {
    var chosen = new ArrayList<@Nullable Object>();
    for (var each : Python.list(value)) {
      var inner = scope.inner();
      inner.assign(names, each);
      if (test == null || Python.isTrue(test.value(inner))) {
        chosen.add(each);
      }
    }
    if (chosen.isEmpty()) {
      return none.run(scope, out);
    }
    var loop = new Loop(chosen, depth);
    for (int i = 0; i < chosen.size(); i++) {
      Allowance.step();
      var inner = scope.inner();
      inner.set("loop", recursive ? new RecursiveLoop(this, inner, loop.at(i), depth) : loop.at(i));
      inner.assign(names, chosen.get(i));
      if (body.run(inner, out) == Next.BREAK) {
        break;
      }
    }
    return Next.ON;
  }

  /// A loop's variable that can be called to go over something inside.
  private record RecursiveLoop(
      ForLoop loop, NameScope scope, Map<String, @Nullable Object> variables, int depth)
      implements Callable {
    @Override
    public Object call(List<@Nullable Object> arguments, Map<String, @Nullable Object> named) {
      if (depth > 100) {
        throw new TemplateException("a loop calls itself too deeply");
      }
      var out = new StringBuilder();
      loop.over(scope, out, arguments.getFirst(), depth + 1);
      return out.toString();
    }
  }
}
