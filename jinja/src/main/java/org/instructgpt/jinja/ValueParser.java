package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.instructgpt.jinja.Token.Kind;
import org.jspecify.annotations.Nullable;

/// Reads values, and what stands behind them: attributes, items, calls, filters and tests.
final class ValueParser {
  /// Names that cannot begin the argument of a test.
  private static final Set<String> KEYWORDS = Set.of("else", "or", "and", "if", "is", "in", "not");

  private final Cursor cursor;
  private final ExpressionParser expressions;

  ValueParser(Cursor cursor, ExpressionParser expressions) {
    this.cursor = cursor;
    this.expressions = expressions;
  }

  Expression primary() {
    var token = cursor.take();
    return switch (token.kind()) {
      case NAME -> name(token.text());
      case STRING -> string(token.text());
      case INTEGER -> constant(integer(token));
      case FLOAT -> constant(Double.parseDouble(token.text()));
      case OPERATOR -> brackets(token);
      default ->
          throw new TemplateException(
              token.line(), "expected an expression, found " + token.told());
    };
  }

  private static Long integer(Token token) {
    try {
      return Long.valueOf(token.text());
    } catch (NumberFormatException e) {
      throw new TemplateException(token.line(), "the number " + token.text() + " is too large");
    }
  }

  private static Expression constant(@Nullable Object value) {
    return _ -> value;
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> constant(true);
      case "false", "False" -> constant(false);
      case "none", "None" -> constant(null);
      default -> scope -> scope.get(name);
    };
  }

  private Expression string(String first) {
    var whole = new StringBuilder(first);
    while (cursor.now().kind() == Kind.STRING) {
      whole.append(cursor.take().text());
    }
    return constant(whole.toString());
  }

  private Expression brackets(Token open) {
    if (open.isOperator("(")) {
      if (cursor.takeOperator(")")) {
        return ExpressionParser.list(List.of());
      }
      var inside = expressions.tuple();
      cursor.expectOperator(")");
      return inside;
    }
    if (open.isOperator("[")) {
      var all = new ArrayList<Expression>();
      while (!cursor.takeOperator("]")) {
        all.add(expressions.expression());
        if (!cursor.now().isOperator("]")) {
          cursor.expectOperator(",");
        }
      }
      return ExpressionParser.list(all);
    }
    if (open.isOperator("{")) {
      return mapping();
    }
    throw new TemplateException(open.line(), "expected an expression, found " + open.told());
  }

  private Expression mapping() {
    var entries = new LinkedHashMap<Expression, Expression>();
    while (!cursor.takeOperator("}")) {
      var key = expressions.expression();
      cursor.expectOperator(":");
      entries.put(key, expressions.expression());
      if (!cursor.now().isOperator("}")) {
        cursor.expectOperator(",");
      }
    }
    return scope -> {
      var map = new LinkedHashMap<@Nullable Object, @Nullable Object>();
      entries.forEach((key, value) -> map.put(Python.key(key.value(scope)), value.value(scope)));
      return Allowance.made(map);
    };
  }

  /// Attributes, items and calls behind a value.
  Expression behind(Expression value) {
    var whole = value;
    while (true) {
      var now = cursor.now();
      if (now.isOperator(".")) {
        cursor.take();
        whole = attribute(whole);
      } else if (now.isOperator("[")) {
        cursor.take();
        whole = item(whole);
      } else if (now.isOperator("(")) {
        whole = call(whole);
      } else {
        return whole;
      }
    }
  }

  private Expression attribute(Expression of) {
    var name = cursor.take();
    if (name.kind() == Kind.INTEGER) {
      var place = integer(name);
      return ExpressionParser.at(name, scope -> Access.item(of.value(scope), place));
    }
    if (name.kind() != Kind.NAME) {
      throw new TemplateException(name.line(), "expected a name behind '.', found " + name.told());
    }
    return ExpressionParser.at(name, scope -> Access.attribute(of.value(scope), name.text()));
  }

  private Expression item(Expression of) {
    var line = cursor.now();
    var from = cursor.now().isOperator(":") ? null : expressions.expression();
    if (from != null && cursor.takeOperator("]")) {
      return ExpressionParser.at(line, scope -> Access.item(of.value(scope), from.value(scope)));
    }
    cursor.expectOperator(":");
    var to =
        cursor.now().isOperator(":") || cursor.now().isOperator("]")
            ? null
            : expressions.expression();
    var step =
        cursor.takeOperator(":") && !cursor.now().isOperator("]") ? expressions.expression() : null;
    cursor.expectOperator("]");
    return ExpressionParser.at(
        line,
        scope ->
            Access.slice(
                of.value(scope), value(from, scope), value(to, scope), value(step, scope)));
  }

  private static @Nullable Object value(@Nullable Expression of, NameScope scope) {
    return of == null ? null : of.value(scope);
  }

  /// The arguments of a call.
  private Function<NameScope, Arguments> arguments() {
    cursor.expectOperator("(");
    var positional = new ArrayList<Expression>();
    var named = new LinkedHashMap<String, Expression>();
    while (!cursor.takeOperator(")")) {
      if (cursor.now().kind() == Kind.NAME && cursor.ahead().isOperator("=")) {
        var name = cursor.take().text();
        cursor.take();
        named.put(name, expressions.expression());
      } else {
        positional.add(expressions.expression());
      }
      if (!cursor.now().isOperator(")")) {
        cursor.expectOperator(",");
      }
    }
    return scope -> {
      var values = new ArrayList<@Nullable Object>();
      positional.forEach(each -> values.add(each.value(scope)));
      Map<String, @Nullable Object> byName = new LinkedHashMap<>();
      named.forEach((name, each) -> byName.put(name, each.value(scope)));
      return new Arguments(values, byName);
    };
  }

  private Expression call(Expression of) {
    var open = cursor.now();
    var arguments = arguments();
    return ExpressionParser.at(
        open,
        scope -> {
          var called = of.value(scope);
          if (called instanceof Undefined undefined) {
            throw undefined.error();
          }
          if (!(called instanceof Callable function)) {
            throw new TemplateException(
                open.line(), "a " + Python.type(called) + " cannot be called");
          }
          var with = arguments.apply(scope);
          try {
            with.positional().forEach(Allowance::look);
            var made = function.call(with.positional(), with.named());
            Allowance.pay(made);
            return made;
          } catch (java.util.NoSuchElementException e) {
            throw new TemplateException(open.line(), "a call lacks an argument");
          }
        });
  }

  /// Filters and tests behind a value.
  Expression filtered(Expression value) {
    var whole = value;
    while (true) {
      if (cursor.takeOperator("|")) {
        whole = filter(whole);
      } else if (cursor.takeName("is")) {
        whole = test(whole);
      } else if (cursor.now().isOperator("(")) {
        whole = call(whole);
      } else {
        return whole;
      }
    }
  }

  private String dotted(String what) {
    var name = new StringBuilder(cursor.expect(Kind.NAME, what).text());
    while (cursor.takeOperator(".")) {
      name.append('.').append(cursor.expect(Kind.NAME, what).text());
    }
    return name.toString();
  }

  /// The filter that begins here, behind its stroke.
  Expression filter(Expression of) {
    var line = cursor.now();
    var filter = Filters.named(dotted("a filter's name"));
    Function<NameScope, Arguments> arguments =
        cursor.now().isOperator("(") ? arguments() : _ -> new Arguments(List.of(), Map.of());
    return ExpressionParser.at(
        line, scope -> filter.apply(of.value(scope), arguments.apply(scope)));
  }

  private Expression test(Expression of) {
    boolean negated = cursor.takeName("not");
    var line = cursor.now();
    var check = Checks.named(dotted("a test's name"));
    Function<NameScope, Arguments> arguments;
    var now = cursor.now();
    if (now.isOperator("(")) {
      arguments = arguments();
    } else if (beginsArgument(now)) {
      var single = behind(primary());
      arguments = scope -> new Arguments(java.util.Arrays.asList(single.value(scope)), Map.of());
    } else {
      arguments = _ -> new Arguments(List.of(), Map.of());
    }
    return ExpressionParser.at(
        line,
        scope -> check.holds(of.value(scope), arguments.apply(scope).positional()) != negated);
  }

  private static boolean beginsArgument(Token now) {
    return switch (now.kind()) {
      case NAME -> !KEYWORDS.contains(now.text());
      case STRING, INTEGER, FLOAT -> true;
      default -> now.isOperator("[") || now.isOperator("{");
    };
  }
}
