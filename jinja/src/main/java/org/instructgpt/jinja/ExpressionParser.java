package org.instructgpt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.instructgpt.jinja.Token.Kind;
import org.jspecify.annotations.Nullable;

/// Reads the expressions of a template.
///
/// From the loosest to the tightest: `a if b else c`, `or`, `and`, `not`, comparisons, `+ -`, `~`,
/// `* / // %`, signs, `**`, and behind a value attributes, items, calls, filters and tests.
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /// How deep expressions may be nested.
  private static final int DEEPEST = 200;

  private final Cursor cursor;
  private final ValueParser values;
  private int depth;

  ExpressionParser(Cursor cursor) {
    this.cursor = cursor;
    this.values = new ValueParser(cursor, this);
  }

  /// One expression, or several with commas, which are a list.
  Expression tuple() {
    var first = expression();
    if (!cursor.now().isOperator(",")) {
      return first;
    }
    var all = new ArrayList<>(List.of(first));
    while (cursor.takeOperator(",")) {
      if (isEnd()) {
        break;
      }
      all.add(expression());
    }
    return list(all);
  }

  private boolean isEnd() {
    var now = cursor.now();
    return now.kind() == Kind.BLOCK_END
        || now.kind() == Kind.PRINT_END
        || now.isOperator(")")
        || now.isOperator("=");
  }

  static Expression list(List<Expression> all) {
    return scope -> {
      var values = new ArrayList<@Nullable Object>();
      all.forEach(each -> values.add(each.value(scope)));
      return Allowance.made(values);
    };
  }

  Expression expression() {
    deeper();
    var value = or();
    while (cursor.takeName("if")) {
      var yes = value;
      var test = or();
      var no = cursor.takeName("else") ? expression() : null;
      value =
          scope ->
              Python.isTrue(test.value(scope))
                  ? yes.value(scope)
                  : no == null ? new Undefined("an if without else gave nothing") : no.value(scope);
    }
    depth--;
    return value;
  }

  private void deeper() {
    if (++depth > DEEPEST) {
      throw new TemplateException(cursor.now().line(), "expressions are nested too deeply");
    }
  }

  /// A filter that begins here, behind its stroke.
  Expression filter(Expression of) {
    return values.filter(of);
  }

  /// An expression without `if`, such as what a loop goes over.
  Expression or() {
    var left = and();
    while (cursor.takeName("or")) {
      var a = left;
      var b = and();
      left =
          scope -> {
            var value = a.value(scope);
            return Python.isTrue(value) ? value : b.value(scope);
          };
    }
    return left;
  }

  private Expression and() {
    var left = not();
    while (cursor.takeName("and")) {
      var a = left;
      var b = not();
      left =
          scope -> {
            var value = a.value(scope);
            return Python.isTrue(value) ? b.value(scope) : value;
          };
    }
    return left;
  }

  private Expression not() {
    if (cursor.takeName("not")) {
      deeper();
      var value = not();
      depth--;
      return scope -> !Python.isTrue(value.value(scope));
    }
    return comparison();
  }

  /// One comparison with the value before it.
  private record Comparison(String operator, Expression with) {
    boolean holds(@Nullable Object a, @Nullable Object b) {
      return switch (operator) {
        case "==" -> Python.areEqual(a, b);
        case "!=" -> !Python.areEqual(a, b);
        case "<" -> compared(a, b) < 0;
        case "<=" -> compared(a, b) <= 0;
        case ">" -> compared(a, b) > 0;
        case ">=" -> compared(a, b) >= 0;
        case "in" -> Python.contains(b, a);
        default -> !Python.contains(b, a);
      };
    }

    private static int compared(@Nullable Object a, @Nullable Object b) {
      if (a instanceof Undefined undefined) {
        throw undefined.error();
      }
      if (b instanceof Undefined undefined) {
        throw undefined.error();
      }
      return Python.compare(a, b);
    }
  }

  private Expression comparison() {
    var first = sum();
    var all = new ArrayList<Comparison>();
    while (true) {
      var now = cursor.now();
      if (now.kind() == Kind.OPERATOR && COMPARISONS.contains(now.text())) {
        cursor.take();
        all.add(new Comparison(now.text(), sum()));
      } else if (cursor.takeName("in")) {
        all.add(new Comparison("in", sum()));
      } else if (now.isName("not") && cursor.ahead().isName("in")) {
        cursor.take();
        cursor.take();
        all.add(new Comparison("not in", sum()));
      } else {
        break;
      }
    }
    return all.isEmpty() ? first : chained(first, all);
  }

  private static Expression chained(Expression first, List<Comparison> all) {
    return scope -> {
      var left = first.value(scope);
      for (var each : all) {
        var right = each.with.value(scope);
        if (!each.holds(left, right)) {
          return false;
        }
        left = right;
      }
      return true;
    };
  }

  private Expression sum() {
    return binary(this::joined, "+", "-");
  }

  private Expression joined() {
    var first = product();
    if (!cursor.now().isOperator("~")) {
      return first;
    }
    var all = new ArrayList<>(List.of(first));
    while (cursor.takeOperator("~")) {
      all.add(product());
    }
    return scope -> {
      var text = new MadeText();
      all.forEach(each -> text.append(Python.text(each.value(scope))));
      return text.toString();
    };
  }

  private Expression product() {
    return binary(this::signed, "*", "/", "//", "%");
  }

  private Expression binary(java.util.function.Supplier<Expression> operand, String... operators) {
    var left = operand.get();
    while (cursor.now().kind() == Kind.OPERATOR
        && Set.of(operators).contains(cursor.now().text())) {
      var operator = cursor.take();
      var a = left;
      var b = operand.get();
      left = at(operator, scope -> Python.binary(operator.text(), a.value(scope), b.value(scope)));
    }
    return left;
  }

  /// An expression whose errors tell a line.
  static Expression at(Token token, Expression expression) {
    return scope -> {
      Allowance.step();
      try {
        return expression.value(scope);
      } catch (ArithmeticException e) {
        throw new TemplateException(token.line(), "a number becomes too large");
      }
    };
  }

  private Expression signed() {
    var sign = cursor.now();
    if (sign.isOperator("-") || sign.isOperator("+")) {
      cursor.take();
      deeper();
      var value = signed();
      depth--;
      return sign.isOperator("-")
          ? at(sign, scope -> Python.binary("-", 0L, value.value(scope)))
          : value;
    }
    var base = values.filtered(values.behind(values.primary()));
    if (cursor.now().isOperator("**")) {
      var operator = cursor.take();
      var power = signed();
      return at(operator, scope -> Python.binary("**", base.value(scope), power.value(scope)));
    }
    return base;
  }
}
