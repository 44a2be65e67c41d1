package org.instructgpt.serve;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.Tokenizer;

/// Answers requests for rewards, one after the other.
final class ScoringService implements ModelService {
  /// Pairs that go through the model together.
  private static final int TOGETHER = 16;

  private final ServedModel model;
  private final ScalarModel rewards;
  private final Tokenizer tokenizer;
  private final InputEncoder encoder;
  private final Consumer<ModelRequest> over;
  private final ArrayDeque<ScoreRequest> waiting = new ArrayDeque<>();

  ScoringService(
      ServedModel model, ScalarModel rewards, Tokenizer tokenizer, Consumer<ModelRequest> over) {
    this.model = model;
    this.rewards = rewards;
    this.tokenizer = tokenizer;
    this.encoder = new InputEncoder(model, tokenizer);
    this.over = over;
  }

  @Override
  public void add(ModelRequest request) {
    if (request instanceof ScoreRequest wanted) {
      waiting.add(wanted);
    } else {
      throw new IllegalArgumentException(model.name() + " is a reward model and generates no text");
    }
  }

  @Override
  public boolean step() {
    var request = waiting.poll();
    if (request != null) {
      try {
        if (request.wanted()) {
          score(request);
        }
      } finally {
        over.accept(request);
      }
    }
    return busy();
  }

  private void score(ScoreRequest request) {
    List<EncodedExample> examples;
    try {
      examples = request.pairs().stream().map(this::encoded).toList();
    } catch (IllegalArgumentException refused) {
      request.failed(Failure.unreadable(model.name(), String.valueOf(refused.getMessage())));
      return;
    }
    int most = model.shape().context();
    int longest = examples.stream().mapToInt(EncodedExample::length).max().orElse(0);
    if (longest > most) {
      request.failed(Failure.tooLong(longest, most));
      return;
    }
    int tokens = examples.stream().mapToInt(EncodedExample::length).sum();
    try {
      double[] values = SequenceScorer.shortestFirst(TOGETHER).rewards(rewards, examples);
      request.rewards().complete(new Rewards(values, tokens));
    } catch (RuntimeException | Error broken) {
      request.failed(Failure.broken(model.name()));
      throw broken;
    }
  }

  private EncodedExample encoded(ScoreRequest.Pair pair) {
    return new EncodedExample(
        encoder.ids(pair.prompt()), model.template().response(tokenizer, pair.answer()));
  }

  @Override
  public boolean busy() {
    return !waiting.isEmpty();
  }

  @Override
  public void fail(Failure failure) {
    for (var request = waiting.poll(); request != null; request = waiting.poll()) {
      request.failed(failure);
      over.accept(request);
    }
  }

  @Override
  public void close() {}
}
