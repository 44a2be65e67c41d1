package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.instructgpt.jinja.Statement.Next;
import org.instructgpt.jinja.Token.Kind;
import org.jspecify.annotations.Nullable;

/// Reads a template: text, what is printed, and statements.
final class TemplateParser {
  /// Statements whose files a template may not read.
  private static final Set<String> FOREIGN =
      Set.of("include", "import", "from", "extends", "block");

  /// How deep statements may be nested.
  private static final int DEEPEST = 100;

  private final Cursor cursor;
  private final ExpressionParser expressions;
  private int depth;

  private TemplateParser(Cursor cursor) {
    this.cursor = cursor;
    this.expressions = new ExpressionParser(cursor);
  }

  static Statement parse(String template) {
    var parser = new TemplateParser(new Cursor(Lexer.tokens(template)));
    var whole = parser.until(Set.of());
    if (parser.cursor.now().kind() != Kind.END) {
      throw parser.cursor.unexpected("the end of the template");
    }
    return whole;
  }

  /// Everything up to a block that begins with one of the names, which is taken up to the name.
  private Statement until(Set<String> ends) {
    if (++depth > DEEPEST) {
      throw new TemplateException(cursor.now().line(), "blocks are nested too deeply");
    }
    var all = new ArrayList<Statement>();
    while (cursor.now().kind() != Kind.END) {
      var token = cursor.take();
      if (token.kind() == Kind.DATA) {
        all.add((_, out) -> write(out, token.text()));
      } else if (token.kind() == Kind.PRINT_BEGIN) {
        var value = expressions.tuple();
        cursor.expect(Kind.PRINT_END, "'}}'");
        all.add((scope, out) -> write(out, Python.text(value.value(scope))));
      } else if (ends.contains(cursor.now().text())) {
        break;
      } else {
        all.add(statement());
      }
    }
    if (cursor.now().kind() == Kind.END && !ends.isEmpty()) {
      throw cursor.unexpected("one of " + ends);
    }
    depth--;
    return sequence(List.copyOf(all));
  }

  private static Next write(StringBuilder out, String text) {
    Allowance.step();
    if (out.length() + (long) text.length() > NameScope.CHARACTERS) {
      throw new TemplateException(
          "the template writes more than %,d characters".formatted(NameScope.CHARACTERS));
    }
    Allowance.make(text.length());
    out.append(text);
    return Next.ON;
  }

  private static Statement sequence(List<Statement> all) {
    return (scope, out) -> {
      for (var each : all) {
        Allowance.step();
        var next = each.run(scope, out);
        if (next != Next.ON) {
          return next;
        }
      }
      return Next.ON;
    };
  }

  private void end() {
    cursor.expect(Kind.BLOCK_END, "'%}'");
  }

  /// Takes the rest of the block that ended a part.
  private void end(String name) {
    cursor.expectName(name);
    end();
  }

  private Statement statement() {
    var name = cursor.expect(Kind.NAME, "a statement");
    return switch (name.text()) {
      case "if" -> condition();
      case "for" -> loop();
      case "set" -> assignment();
      case "macro" -> macro();
      case "call" -> macroCall();
      case "filter" -> filterBlock();
      case "with" -> with();
      case "generation" -> {
        end();
        var inside = until(Set.of("endgeneration"));
        end("endgeneration");
        yield inside;
      }
      case "break" -> {
        end();
        yield (_, _) -> Next.BREAK;
      }
      case "continue" -> {
        end();
        yield (_, _) -> Next.CONTINUE;
      }
      default ->
          throw new TemplateException(
              name.line(),
              FOREIGN.contains(name.text())
                  ? "'%s' is not for chat templates, which are one file".formatted(name.text())
                  : "there is no statement called '%s'".formatted(name.text()));
    };
  }

  private Statement condition() {
    var test = expressions.tuple();
    end();
    var yes = until(Set.of("elif", "else", "endif"));
    Statement no = (_, _) -> Next.ON;
    if (cursor.takeName("elif")) {
      no = condition();
    } else if (cursor.takeName("else")) {
      end();
      no = until(Set.of("endif"));
      end("endif");
    } else {
      end("endif");
    }
    var otherwise = no;
    return (scope, out) -> (Python.isTrue(test.value(scope)) ? yes : otherwise).run(scope, out);
  }

  /// The names that a value is given to: one, or several for its elements.
  private List<String> targets() {
    boolean bracket = cursor.takeOperator("(");
    var names = new ArrayList<String>();
    do {
      names.add(cursor.expect(Kind.NAME, "a name").text());
    } while (cursor.takeOperator(","));
    if (bracket) {
      cursor.expectOperator(")");
    }
    return names;
  }

  private Statement loop() {
    var names = targets();
    cursor.expectName("in");
    var over = expressions.or();
    var test = cursor.takeName("if") ? expressions.expression() : null;
    boolean recursive = cursor.takeName("recursive");
    end();
    var body = until(Set.of("else", "endfor"));
    Statement none = (_, _) -> Next.ON;
    if (cursor.takeName("else")) {
      end();
      none = until(Set.of("endfor"));
    }
    end("endfor");
    return new ForLoop(names, over, test, body, none, recursive);
  }

  private Statement assignment() {
    if (cursor.now().kind() == Kind.NAME && cursor.ahead().isOperator(".")) {
      return attributeAssignment();
    }
    var names = targets();
    if (cursor.takeOperator("=")) {
      var value = expressions.tuple();
      end();
      return (scope, _) -> {
        scope.assign(names, value.value(scope));
        return Next.ON;
      };
    }
    Expression text = scope -> scope.get("");
    while (cursor.takeOperator("|")) {
      text = expressions.filter(text);
    }
    end();
    var body = until(Set.of("endset"));
    end("endset");
    var made = text;
    return (scope, _) -> {
      var inner = scope.inner();
      inner.set("", body.written(scope.inner()));
      scope.assign(names, made.value(inner));
      return Next.ON;
    };
  }

  private Statement attributeAssignment() {
    var name = cursor.take();
    cursor.take();
    var attribute = cursor.expect(Kind.NAME, "a name").text();
    cursor.expectOperator("=");
    var value = expressions.tuple();
    end();
    return (scope, _) -> {
      if (scope.get(name.text()) instanceof Namespace namespace) {
        namespace.set(attribute, value.value(scope));
        return Next.ON;
      }
      throw new TemplateException(
          name.line(),
          "'%s' is no namespace, whose attributes alone can be set".formatted(name.text()));
    };
  }

  /// The names and usual values of a macro's parameters.
  private Map<String, @Nullable Expression> parameters() {
    Map<String, @Nullable Expression> parameters = new LinkedHashMap<>();
    cursor.expectOperator("(");
    while (!cursor.takeOperator(")")) {
      var name = cursor.expect(Kind.NAME, "a parameter's name").text();
      parameters.put(name, cursor.takeOperator("=") ? expressions.expression() : null);
      if (!cursor.now().isOperator(")")) {
        cursor.expectOperator(",");
      }
    }
    return parameters;
  }

  private Statement macro() {
    var name = cursor.expect(Kind.NAME, "a macro's name").text();
    var parameters = parameters();
    end();
    var body = until(Set.of("endmacro"));
    end("endmacro");
    return (scope, _) -> {
      scope.set(name, new Macro(name, parameters, body, scope));
      return Next.ON;
    };
  }

  private Statement macroCall() {
    Map<String, @Nullable Expression> parameters =
        cursor.now().isOperator("(") ? parameters() : new LinkedHashMap<>();
    var name = cursor.expect(Kind.NAME, "a macro's name");
    cursor.expectOperator("(");
    var arguments = new ArrayList<Expression>();
    while (!cursor.takeOperator(")")) {
      arguments.add(expressions.expression());
      if (!cursor.now().isOperator(")")) {
        cursor.expectOperator(",");
      }
    }
    end();
    var body = until(Set.of("endcall"));
    end("endcall");
    return (scope, out) -> {
      if (!(scope.get(name.text()) instanceof Callable macro)) {
        throw new TemplateException(name.line(), "'" + name.text() + "' is no macro");
      }
      var values = new ArrayList<@Nullable Object>();
      arguments.forEach(each -> values.add(each.value(scope)));
      Map<String, @Nullable Object> named = new LinkedHashMap<>();
      named.put("caller", new Macro("caller", parameters, body, scope));
      return write(out, Python.text(macro.call(values, named)));
    };
  }

  private Statement filterBlock() {
    Expression text = expressions.filter(scope -> scope.get(""));
    while (cursor.takeOperator("|")) {
      text = expressions.filter(text);
    }
    end();
    var body = until(Set.of("endfilter"));
    end("endfilter");
    var made = text;
    return (scope, out) -> {
      var inner = scope.inner();
      inner.set("", body.written(scope.inner()));
      return write(out, Python.text(made.value(inner)));
    };
  }

  private Statement with() {
    var names = new ArrayList<String>();
    var values = new ArrayList<Expression>();
    while (cursor.now().kind() == Kind.NAME) {
      names.add(cursor.take().text());
      cursor.expectOperator("=");
      values.add(expressions.expression());
      if (!cursor.takeOperator(",")) {
        break;
      }
    }
    end();
    var body = until(Set.of("endwith"));
    end("endwith");
    return (scope, out) -> {
      var inner = scope.inner();
      for (int i = 0; i < names.size(); i++) {
        inner.set(names.get(i), values.get(i).value(scope));
      }
      return body.run(inner, out);
    };
  }
}
