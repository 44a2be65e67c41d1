package org.instructgpt.api;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.CompletionWish;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ModelInput;

/// `/v1/chat/completions` and `/v1/completions`.
///
/// @param random for ids, and for the seeds of requests without one; used under its own lock
record CompletionRoutes(
    OpenModels models,
    ClientLimits limits,
    ApiMetrics metrics,
    AnswerStore store,
    InstantSource clock,
    RandomGenerator random) {
  static final Duration BUSY = Duration.ofSeconds(2);
  private static final long SEEDS = 1L << 31;

  void chat(ApiExchange exchange) throws IOException, InterruptedException {
    var request = ChatRequest.of(exchange.body(), this::seed);
    var words = words(request.fields());
    var format = new ChatFormat(words.texts(), request.likeliest() >= 0);
    answer(exchange, request.fields(), request.inputs(), request.wish(), format);
  }

  void complete(ApiExchange exchange) throws IOException, InterruptedException {
    var request = TextRequest.of(exchange.body(), this::seed);
    var words = words(request.fields());
    var format =
        new TextFormat(words.tokenizer(), words.texts(), request.echo(), request.likeliest() >= 0);
    answer(exchange, request.fields(), request.inputs(), request.wish(), format);
  }

  private void answer(
      ApiExchange exchange,
      GenerationFields fields,
      List<ModelInput> inputs,
      CompletionWish wish,
      AnswerFormat format)
      throws IOException, InterruptedException {
    var head =
        new Answering.Head(
            format.prefix() + exchange.id(),
            clock.instant().getEpochSecond(),
            fields.model(),
            fields.copies(),
            wish.copies(),
            fields.usage());
    var stream = start(fields.model(), inputs, wish);
    var kept = KeptRequest.announced(store, exchange, fields, inputs);
    var answering =
        new Answering(stream, format, head, exchange.limits(), all -> kept.keep(head.id(), all));
    try {
      if (fields.stream()) {
        answering.send(exchange::events);
      } else {
        exchange.answer(answering.whole());
      }
    } finally {
      metrics.completed(fields.model(), answering);
      limits.used(exchange.client(), answering.promptTokens() + answering.generatedTokens());
    }
  }

  /// The tokenizer of the model that is asked, which must have the tokens that are asked for.
  private OpenModels.Words words(GenerationFields fields) {
    var words = models.words(models.find(fields.model(), true));
    int vocabulary = words.tokenizer().vocabularySize();
    for (int id : fields.adjustment().bias().keySet()) {
      if (id >= vocabulary) {
        throw ApiRefusal.invalid(
            "logit_bias", "expected token ids of 0 to %d, found %d".formatted(vocabulary - 1, id));
      }
    }
    return words;
  }

  private CompletionStream start(String model, List<ModelInput> inputs, CompletionWish wish) {
    try {
      return models.engine().stream(model, inputs, wish);
    } catch (InferenceEngine.Overloaded full) {
      throw busy(models.engine(), full);
    }
  }

  static ApiRefusal busy(InferenceEngine engine, InferenceEngine.Overloaded full) {
    return engine.closed()
        ? ApiRefusal.closing()
        : ApiRefusal.busy(full.getMessage() + "; ask again later", BUSY);
  }

  private long seed() {
    synchronized (random) {
      return random.nextLong(SEEDS);
    }
  }
}
