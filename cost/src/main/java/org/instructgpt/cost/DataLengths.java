package org.instructgpt.cost;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.instructgpt.records.Filter;
import org.instructgpt.records.Split;
import org.instructgpt.records.Store;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;

/// How much there is to learn from and how long it is, in tokens.
///
/// @param source in words
/// @param demonstrations prompts with their responses
/// @param rankings prompts with one of their completions each
/// @param ranked prompts that have rankings
/// @param largest tokens of the ranked prompt that has the most, with all its completions
/// @param prompts of reinforcement learning
/// @param text bytes of text to pretrain on; 0 if unknown
public record DataLengths(
    String source,
    Rows demonstrations,
    Rows rankings,
    long ranked,
    int largest,
    Rows prompts,
    long text) {
  /// Token sequences.
  ///
  /// @param count how many
  /// @param prompt tokens of a prompt, on average
  /// @param response tokens of a response, on average; 0 for prompts alone
  /// @param deviation of the tokens of both
  /// @param longest tokens of the longest
  public record Rows(long count, double prompt, double response, double deviation, int longest) {
    /// Fitted together with what the allocator holds.
    private static final double DEVIATIONS = 2;

    double mean() {
      return prompt + response;
    }

    double tokens() {
      return count * mean();
    }

    /// The most tokens that some rows out of many batches have: their mean and some deviations, but
    /// no more than if all were the longest.
    double most(double rows) {
      double together = Math.min(rows, count);
      double likely = together * mean() + DEVIATIONS * deviation * Math.sqrt(together);
      return Math.min(likely, together * longest);
    }

    /// The mean row of a token: long rows have more of them.
    double keys() {
      return mean() == 0 ? 0 : Math.min(longest, mean() + deviation * deviation / mean());
    }

    /// The same where no row has more tokens than a context.
    Rows within(int context) {
      double share = Math.min(1, context / Math.max(1, mean()));
      return new Rows(
          count, prompt * share, response * share, deviation, Math.min(longest, context));
    }

    /// The same where every row has a response of so many tokens.
    Rows answered(int tokens) {
      return new Rows(count, prompt, tokens, deviation, longest + tokens);
    }

    private static Rows of(List<int[]> rows) {
      long count = rows.size();
      double prompt = rows.stream().mapToInt(row -> row[0]).average().orElse(0);
      double response = rows.stream().mapToInt(row -> row[1]).average().orElse(0);
      double squares =
          rows.stream()
              .mapToDouble(row -> Math.pow(row[0] + row[1] - prompt - response, 2))
              .average()
              .orElse(0);
      int longest = rows.stream().mapToInt(row -> row[0] + row[1]).max().orElse(0);
      return new Rows(count, prompt, response, Math.sqrt(squares), longest);
    }
  }

  /// The paper's (tables 6 and 9): 12,725 demonstrations whose prompts have 408 tokens, 33,207
  /// ranked prompts of 199, each with 4 to 9 completions, 31,144 prompts of 166. How long responses
  /// are is not printed; 100 tokens is ours. Prompts and responses end at half of 2,048 (appendix
  /// C).
  public static DataLengths paper() {
    int half = 1024;
    int response = 100;
    double completions = 6.5;
    int most = 9;
    return new DataLengths(
        "the paper's numbers of demonstrations, rankings and prompts",
        new Rows(12_725, 408, response, 433, 2 * half),
        new Rows(Math.round(33_207 * completions), 199, response, 334, 2 * half),
        33_207,
        half + most * half,
        new Rows(31_144, 166, 0, 278, half),
        0);
  }

  /// Those of a store's training split, fitted to a context as the trainings do it: prompts may
  /// have half of it.
  public static DataLengths of(
      Store store, Tokenizer tokenizer, PromptTemplate template, int context) {
    var filter = Filter.ALL.in(Split.TRAIN);
    var fitted = new Fitted(tokenizer, template, context);
    var demonstrations = new ArrayList<int[]>();
    for (var each : store.demonstrations(filter)) {
      fitted.row(each.prompt().text(), each.item().response()).ifPresent(demonstrations::add);
    }
    var rankings = new ArrayList<int[]>();
    var ranked = new HashMap<String, Integer>();
    for (var each : store.rankings(filter)) {
      for (var output : each.item().outputs()) {
        fitted
            .row(each.prompt().text(), output.text())
            .ifPresent(row -> {
              rankings.add(row);
              ranked.putIfAbsent(each.prompt().id(), row[0]);
              ranked.merge(each.prompt().id(), row[1], Integer::sum);
            });
      }
    }
    var prompts =
        store.prompts(filter).stream()
            .map(prompt -> new int[] {fitted.prompt(prompt.text()), 0})
            .filter(row -> row[0] > 0 && row[0] <= context / 2)
            .toList();
    return new DataLengths(
        "the training split of the workspace",
        Rows.of(demonstrations),
        Rows.of(rankings),
        ranked.size(),
        ranked.values().stream().mapToInt(tokens -> tokens).max().orElse(0),
        Rows.of(prompts),
        0);
  }

  private record Fitted(
      Tokenizer tokenizer, PromptTemplate template, int context, HashMap<String, Integer> known) {
    Fitted(Tokenizer tokenizer, PromptTemplate template, int context) {
      this(tokenizer, template, context, new HashMap<>());
    }

    int prompt(String text) {
      return known.computeIfAbsent(text, _ -> template.prompt(tokenizer, text).length);
    }

    Optional<int[]> row(String text, String response) {
      int prompt = prompt(text);
      if (prompt == 0 || prompt > context / 2) {
        return Optional.empty();
      }
      int tokens = template.response(tokenizer, response).length;
      return Optional.of(new int[] {prompt, Math.min(tokens, context - prompt)});
    }
  }

  /// The same with so many bytes of text to pretrain on.
  public DataLengths withText(long bytes) {
    return new DataLengths(source, demonstrations, rankings, ranked, largest, prompts, bytes);
  }

  /// Tokens of a ranked prompt with all its completions, the prompt counted once, on average.
  double judged() {
    return rankings.prompt() + completions() * rankings.response();
  }

  /// Completions of a ranked prompt, on average.
  double completions() {
    return ranked == 0 ? 0 : (double) rankings.count() / ranked;
  }
}
