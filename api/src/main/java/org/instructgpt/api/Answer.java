package org.instructgpt.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.serve.CompletionStream.Event;
import org.instructgpt.serve.CompletionStream.Finish;
import org.instructgpt.serve.Failure;
import org.jspecify.annotations.Nullable;

/// One completion as far as it has come.
final class Answer {
  private final StringBuilder text = new StringBuilder();
  private final List<ScoredToken> tokens = new ArrayList<>();
  private List<Integer> input = List.of();
  private List<ScoredToken> scores = List.of();
  private int generated;
  private @Nullable Finish finish;
  private @Nullable Failure failure;

  void add(Event event) {
    switch (event) {
      case Event.Started started -> {
        input = started.input();
        scores = started.scores();
      }
      case Event.Text more -> {
        text.append(more.text());
        tokens.add(more.token());
        generated = more.tokens();
      }
      case Event.Finished end -> {
        text.append(end.text());
        generated = end.tokens();
        finish = end.finish();
      }
      case Event.Failed failed -> failure = failed.failure();
    }
  }

  boolean isOver() {
    return finish != null || failure != null;
  }

  /// Whether the model was told to stop, as the server is shutting down.
  boolean isCancelled() {
    return finish == Finish.CANCELLED;
  }

  /// As it is kept, once it is whole.
  AnswerStore.Given given() {
    return new AnswerStore.Given(text.toString(), Objects.requireNonNull(finish), generated);
  }

  @Nullable Failure failure() {
    return failure;
  }

  String text() {
    return text.toString();
  }

  List<ScoredToken> tokens() {
    return tokens;
  }

  /// The tokens that it goes on from.
  List<Integer> input() {
    return input;
  }

  /// What the model thinks of those from the second on.
  List<ScoredToken> scores() {
    return scores;
  }

  /// How many tokens were made, one that ends the text included.
  int generated() {
    return generated;
  }

  /// The mean log-probability of its tokens.
  double mean() {
    return tokens.stream().mapToDouble(ScoredToken::logProb).average().orElse(0);
  }

  /// OpenAI's word for its end.
  String reason() {
    return reason(finish);
  }

  static String reason(@Nullable Finish finish) {
    return finish == Finish.LENGTH ? "length" : "stop";
  }
}
