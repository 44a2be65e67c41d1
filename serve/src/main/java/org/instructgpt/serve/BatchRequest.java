package org.instructgpt.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.instructgpt.serve.CompletionStream.Finish;

/// Answers to many prompts of which nobody wants to hear the making. A prompt that is longer than
/// the model can read gets none: the empty text, which has failed.
final class BatchRequest implements GenerationRequest {
  private final String model;
  private final List<String> prompts;
  private final GenerationSettings manner;
  private final List<StringBuilder> texts = new ArrayList<>();
  private final Finish[] finishes;
  private final CompletableFuture<List<InferenceEngine.Answer>> answers = new CompletableFuture<>();
  private int missing;

  BatchRequest(String model, List<String> prompts, GenerationSettings manner) {
    this.model = model;
    this.prompts = List.copyOf(prompts);
    this.manner = manner;
    prompts.forEach(_ -> texts.add(new StringBuilder()));
    finishes = new Finish[prompts.size()];
    missing = prompts.size();
  }

  /// Ends with the answers in the order of the prompts.
  CompletableFuture<List<InferenceEngine.Answer>> answers() {
    return answers;
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
  public GenerationSettings manner() {
    return manner;
  }

  @Override
  public boolean wanted() {
    return !answers.isDone();
  }

  @Override
  public void cancel() {
    answers.cancel(true);
  }

  @Override
  public void begins() {}

  @Override
  public void says(int row, String text, int tokens) {
    texts.get(row).append(text);
  }

  @Override
  public void ends(int row, Finish finish, int tokens) {
    finishes[row] = finish;
    if (--missing == 0) {
      answers.complete(
          IntStream.range(0, finishes.length)
              .mapToObj(i -> new InferenceEngine.Answer(texts.get(i).toString(), finishes[i]))
              .toList());
    }
  }

  @Override
  public void fails(Failure trouble) {
    if (trouble.key().equals(Failure.LONG)) {
      answers.complete(
          prompts.stream().map(_ -> new InferenceEngine.Answer("", Finish.FAILED)).toList());
      return;
    }
    answers.completeExceptionally(
        new IllegalStateException(
            "model %s did not answer: %s %s".formatted(model, trouble.key(), trouble.arguments())));
  }
}
