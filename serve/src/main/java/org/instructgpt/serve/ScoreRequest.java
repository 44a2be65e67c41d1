package org.instructgpt.serve;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The rewards of answers under a reward model.
final class ScoreRequest implements ModelRequest {
  private final String model;
  private final List<Pair> pairs;
  private final CompletableFuture<Rewards> rewards = new CompletableFuture<>();

  /// A prompt, framed as in the model's training, and an answer to it that ended by itself.
  record Pair(ModelInput prompt, String answer) {}

  ScoreRequest(String model, List<Pair> pairs) {
    this.model = model;
    this.pairs = List.copyOf(pairs);
  }

  List<Pair> pairs() {
    return pairs;
  }

  /// In the order of the pairs.
  CompletableFuture<Rewards> rewards() {
    return rewards;
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public boolean wanted() {
    return !rewards.isDone();
  }

  @Override
  public void cancel() {
    rewards.cancel(true);
  }

  @Override
  public void failed(Failure failure) {
    rewards.completeExceptionally(new ModelFailedException(model, failure));
  }
}
