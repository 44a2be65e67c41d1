package org.instructgpt.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.instructgpt.serve.CompletionStream.Finish;

/// Whole completions of many prompts, for callers that do not stream. A prompt that is longer than
/// the model can read gets the empty text, marked as failed.
final class BatchRequest implements GenerationRequest {
  private final String model;
  private final List<String> prompts;
  private final GenerationSettings settings;
  private final List<StringBuilder> texts = new ArrayList<>();
  private final Finish[] finishes;
  private final CompletableFuture<List<Completion>> completions = new CompletableFuture<>();
  private int missing;

  BatchRequest(String model, List<String> prompts, GenerationSettings settings) {
    this.model = model;
    this.prompts = List.copyOf(prompts);
    this.settings = settings;
    prompts.forEach(_ -> texts.add(new StringBuilder()));
    finishes = new Finish[prompts.size()];
    missing = prompts.size();
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
  public List<String> prompts() {
    return prompts;
  }

  @Override
  public GenerationSettings settings() {
    return settings;
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
  public void started() {}

  @Override
  public void appended(int prompt, String text, int tokens) {
    texts.get(prompt).append(text);
  }

  @Override
  public void finished(int prompt, Finish finish, int tokens) {
    finishes[prompt] = finish;
    if (--missing == 0) {
      completions.complete(
          IntStream.range(0, finishes.length)
              .mapToObj(i -> new Completion(texts.get(i).toString(), finishes[i]))
              .toList());
    }
  }

  @Override
  public void failed(Failure failure) {
    if (failure.key().equals(Failure.LONG)) {
      completions.complete(prompts.stream().map(_ -> new Completion("", Finish.FAILED)).toList());
      return;
    }
    completions.completeExceptionally(
        new IllegalStateException(
            "model %s did not answer: %s %s".formatted(model, failure.key(), failure.arguments())));
  }
}
