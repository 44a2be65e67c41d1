package org.instructgpt.cost;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
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
/// @param prompts of reinforcement learning
/// @param text bytes of text to pretrain on; 0 if unknown
public record DataLengths(
    String source, Rows demonstrations, Rows rankings, long ranked, Rows prompts, long text) {
  /// Token sequences.
  ///
  /// @param count how many
  /// @param mean tokens
  /// @param longest tokens of the longest
  public record Rows(long count, double mean, int longest) {
    private static Rows of(List<Integer> lengths) {
      var summary = new IntSummaryStatistics();
      lengths.forEach(summary::accept);
      return new Rows(summary.getCount(), summary.getAverage(), Math.max(0, summary.getMax()));
    }

    double tokens() {
      return count * mean;
    }

    /// The same where no row has more tokens than a context.
    Rows within(int context) {
      return new Rows(count, Math.min(mean, context), Math.min(longest, context));
    }
  }

  /// The paper's (tables 6 and 9): 12,725 demonstrations of 408 tokens, 33,207 ranked prompts of
  /// 199, each with 4 to 9 completions, 31,144 prompts of 166. How long responses are is not
  /// printed; 100 tokens is ours.
  public static DataLengths paper() {
    int context = 2048;
    int response = 100;
    double completions = 6.5;
    return new DataLengths(
        "the paper's numbers of demonstrations, rankings and prompts",
        new Rows(12_725, 408 + response, context),
        new Rows(Math.round(33_207 * completions), 199 + response, context),
        33_207,
        new Rows(31_144, 166, context / 2),
        0);
  }

  /// Those of a store's training split, fitted to a context as the trainings do it: prompts may
  /// have half of it.
  public static DataLengths of(Store store, Tokenizer tokenizer, int context) {
    var filter = Filter.ALL.in(Split.TRAIN);
    var fitted = new Fitted(tokenizer, context);
    var demonstrations = new ArrayList<Integer>();
    for (var each : store.demonstrations(filter)) {
      fitted.row(each.prompt().text(), each.item().response(), demonstrations);
    }
    var rankings = new ArrayList<Integer>();
    var ranked = new HashSet<String>();
    for (var each : store.rankings(filter)) {
      ranked.add(each.prompt().id());
      for (var output : each.item().outputs()) {
        fitted.row(each.prompt().text(), output.text(), rankings);
      }
    }
    var prompts =
        store.prompts(filter).stream()
            .map(prompt -> fitted.prompt(prompt.text()))
            .filter(length -> length > 0 && length <= context / 2)
            .toList();
    return new DataLengths(
        "the training split of the workspace",
        Rows.of(demonstrations),
        Rows.of(rankings),
        ranked.size(),
        Rows.of(prompts),
        0);
  }

  private record Fitted(Tokenizer tokenizer, int context, HashMap<String, Integer> known) {
    Fitted(Tokenizer tokenizer, int context) {
      this(tokenizer, context, new HashMap<>());
    }

    int prompt(String text) {
      return known.computeIfAbsent(
          text, _ -> PromptTemplate.DEFAULT.prompt(tokenizer, text).length);
    }

    void row(String text, String response, List<Integer> lengths) {
      int prompt = prompt(text);
      if (prompt > 0 && prompt <= context / 2) {
        int whole = prompt + PromptTemplate.DEFAULT.response(tokenizer, response).length;
        lengths.add(Math.min(whole, context));
      }
    }
  }

  /// The same with so many bytes of text to pretrain on.
  public DataLengths withText(long bytes) {
    return new DataLengths(source, demonstrations, rankings, ranked, prompts, bytes);
  }

  /// Completions of a ranked prompt, on average.
  double completions() {
    return ranked == 0 ? 0 : (double) rankings.count() / ranked;
  }
}
