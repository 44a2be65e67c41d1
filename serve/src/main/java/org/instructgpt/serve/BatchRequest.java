package org.instructgpt.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.serve.CompletionStream.Finish;

/// Whole completions of many prompts, for callers that do not stream. A prompt that the model
/// cannot read, as it is too long, gets the empty text, marked as failed.
final class BatchRequest implements GenerationRequest {
  private final String model;
  private final List<RowRequest> rows;
  private final List<StringBuilder> texts = new ArrayList<>();
  private final Finish[] finishes;
  private final CompletableFuture<List<Completion>> completions = new CompletableFuture<>();
  private int missing;

  BatchRequest(String model, List<RowRequest> rows) {
    this.model = model;
    this.rows = List.copyOf(rows);
    rows.forEach(_ -> texts.add(new StringBuilder()));
    finishes = new Finish[rows.size()];
    missing = rows.size();
  }

  /// Ends with the completions in the order of the prompts.
  CompletableFuture<List<Completion>> completions() {
    return completions;
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public List<RowRequest> rows() {
    return rows;
  }

  @Override
  public boolean wanted() {
    return !completions.isDone();
  }

  @Override
  public void cancel() {
    completions.cancel(true);
  }

  @Override
  public void started(int row, int[] input, List<ScoredToken> scores) {}

  @Override
  public void appended(int row, String text, int tokens, ScoredToken token) {
    texts.get(row).append(text);
  }

  @Override
  public void finished(int row, String text, Finish finish, int tokens) {
    texts.get(row).append(text);
    finishes[row] = finish;
    if (--missing == 0) {
      completions.complete(
          IntStream.range(0, finishes.length)
              .mapToObj(i -> new Completion(texts.get(i).toString(), finishes[i]))
              .toList());
    }
  }

  @Override
  public void failed(int row, Failure failure) {
    if (failure.key().equals(Failure.LONG)) {
      finished(row, "", Finish.FAILED, 0);
    } else {
      completions.completeExceptionally(new ModelFailedException(model, failure));
    }
  }
}
