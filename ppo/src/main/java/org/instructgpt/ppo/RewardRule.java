package org.instructgpt.ppo;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.instructgpt.files.Json;

/// A reward by rules that look at the text of a response: the sum of what each gives, times its
/// weight.
///
/// @param terms at least one
public record RewardRule(List<Term> terms) implements TextReward {
  private static final Pattern SPELLING =
      Pattern.compile("(?s)(?:([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\\*)?([a-z]+)(?:=(.*))?");
  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\.\\.(\\d{1,9})");
  private static final String KNOWN =
      "ends, json, contains=TEXT, lacks=TEXT, matches=REGEX or words=LEAST..MOST, with WEIGHT* before it if it is not 1";

  /// A check with its weight.
  ///
  /// @param weight what its value is multiplied by
  /// @param check what it looks at
  /// @param spelling as it was given
  record Term(double weight, Check check, String spelling) {}

  /// What a rule looks at.
  sealed interface Check {
    /// From 0 to 1.
    double of(Answer answer);

    /// Whether the response ended by itself.
    record Ends() implements Check {
      @Override
      public double of(Answer answer) {
        return answer.ended() ? 1 : 0;
      }
    }

    /// Whether the response is a value in JSON, and nothing else.
    record IsJson() implements Check {
      @Override
      public double of(Answer answer) {
        try {
          return Json.STRICT.readTree(answer.text()).isMissingNode() ? 0 : 1;
        } catch (JsonProcessingException _) {
          return 0;
        }
      }
    }

    /// Whether some text is in the response.
    record Contains(String text) implements Check {
      @Override
      public double of(Answer answer) {
        return answer.text().contains(text) ? 1 : 0;
      }
    }

    /// Whether some text is not in the response.
    record Lacks(String text) implements Check {
      @Override
      public double of(Answer answer) {
        return answer.text().contains(text) ? 0 : 1;
      }
    }

    /// Whether a regular expression finds something in the response.
    record Matches(Pattern pattern) implements Check {
      @Override
      public double of(Answer answer) {
        try {
          return pattern.matcher(answer.text()).find() ? 1 : 0;
        } catch (StackOverflowError deep) {
          throw new IllegalArgumentException(
              "rule matches=%s: expected an expression that finds its way through a response of %,d characters, found one that goes too deep: write [\\s\\S]* for (.|\\n)*, and single characters in brackets for other groups that repeat"
                  .formatted(pattern, answer.text().length()),
              deep);
        }
      }
    }

    /// Whether the response has so many words; less in proportion below, down to 0 for none, and
    /// above, down to 0 for twice the most.
    record Words(int least, int most) implements Check {
      @Override
      public double of(Answer answer) {
        var text = answer.text().strip();
        int words = text.isEmpty() ? 0 : text.split("\\s+").length;
        return words < least
            ? (double) words / least
            : words <= most ? 1 : Math.max(0, 2 - (double) words / most);
      }
    }
  }

  /// Copies the list.
  public RewardRule {
    terms = List.copyOf(terms);
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("expected a rule, such as " + KNOWN + ", found none");
    }
  }

  /// The rule that is the sum of rules, each spelled `[WEIGHT*]KIND[=ARGUMENT]`, such as `ends`,
  /// `-0.5*contains=sorry` or `words=20..80`.
  ///
  /// @throws IllegalArgumentException naming those that are no rules
  public static RewardRule parse(List<String> spellings) {
    var problems = new ArrayList<String>();
    var terms = new ArrayList<Term>();
    for (var spelling : spellings) {
      try {
        terms.add(term(spelling));
      } catch (IllegalArgumentException refused) {
        problems.add("rule \"%s\": %s".formatted(spelling, refused.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    return new RewardRule(terms);
  }

  private static Term term(String spelling) {
    var parts = SPELLING.matcher(spelling);
    if (!parts.matches()) {
      throw new IllegalArgumentException("expected " + KNOWN);
    }
    double weight = parts.group(1) == null ? 1 : weight(parts.group(1));
    var argument = parts.group(3);
    var kind = parts.group(2);
    boolean alone = kind.equals("ends") || kind.equals("json");
    if (alone != (argument == null) || "".equals(argument)) {
      throw new IllegalArgumentException("expected " + KNOWN);
    }
    var given = argument == null ? "" : argument;
    var check =
        switch (kind) {
          case "ends" -> new Check.Ends();
          case "json" -> new Check.IsJson();
          case "contains" -> new Check.Contains(given);
          case "lacks" -> new Check.Lacks(given);
          case "matches" -> new Check.Matches(pattern(given));
          case "words" -> words(given);
          default -> throw new IllegalArgumentException("expected " + KNOWN);
        };
    return new Term(weight, check, spelling);
  }

  private static double weight(String number) {
    try {
      double weight = Double.parseDouble(number);
      if (weight != 0 && Double.isFinite(weight)) {
        return weight;
      }
    } catch (NumberFormatException _) {
      // told below, like a zero
    }
    throw new IllegalArgumentException(
        "expected a weight that is a number and not 0, found " + number);
  }

  private static Pattern pattern(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "expected a regular expression of Java, found %s at its character %d"
              .formatted(e.getDescription(), e.getIndex() + 1),
          e);
    }
  }

  private static Check.Words words(String range) {
    var numbers = RANGE.matcher(range);
    if (numbers.matches()) {
      int least = Integer.parseInt(numbers.group(1));
      int most = Integer.parseInt(numbers.group(2));
      if (least <= most && most > 0) {
        return new Check.Words(least, most);
      }
    }
    throw new IllegalArgumentException(
        "expected the least and the most words, such as words=20..80, found " + range);
  }

  @Override
  public double[] of(List<Answer> answers) {
    return answers.stream()
        .mapToDouble(
            answer -> terms.stream().mapToDouble(term -> term.weight * term.check.of(answer)).sum())
        .toArray();
  }

  /// The rules as they were spelled.
  public String description() {
    return terms.stream().map(Term::spelling).collect(Collectors.joining(" + "));
  }
}
