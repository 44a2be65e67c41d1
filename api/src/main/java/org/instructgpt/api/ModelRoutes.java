package org.instructgpt.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.instructgpt.files.Json;
import org.instructgpt.serve.Failure;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ModelFailedException;
import org.instructgpt.serve.ModelInput;
import org.instructgpt.serve.Rewards;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.text.ChatTemplate;
import org.instructgpt.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/// What is asked of models beside completions: their list, their tokens, and rewards.
record ModelRoutes(
    OpenModels models, ClientLimits limits, ApiMetrics metrics, InstantSource clock) {
  private static final int MOST_PAIRS = 1024;

  void list(ApiExchange exchange) {
    var json = Json.LENIENT.createObjectNode().put("object", "list");
    var data = json.putArray("data");
    models.all().forEach(model -> data.add(json(model)));
    exchange.answer(json);
  }

  void one(ApiExchange exchange) {
    exchange.answer(json(models.find(exchange.http().pathParam("model"))));
  }

  private static ObjectNode json(ServedModel model) {
    return Json.LENIENT
        .createObjectNode()
        .put("id", model.name())
        .put("object", "model")
        .put("created", model.made().to(TimeUnit.SECONDS))
        .put("owned_by", "instructgpt")
        .put("max_model_len", model.shape().context())
        .put("generates", model.generates());
  }

  private ServedModel model(Optional<String> name) {
    return name.map(models::find).orElseGet(models::only);
  }

  /// As vLLM answers it, for evaluations that need the tokenizer's special tokens.
  void tokenizerInfo(ApiExchange exchange) throws IOException {
    var model = model(Optional.ofNullable(exchange.http().queryParam("model")));
    var tokenizer = models.words(model).tokenizer();
    var json = Json.LENIENT.createObjectNode().put("tokenizer_class", "PreTrainedTokenizerFast");
    json.put("bos_token", spelling(tokenizer, tokenizer.beginOfText()));
    json.put("eos_token", spelling(tokenizer, OptionalInt.of(tokenizer.endOfText())));
    json.put("pad_token", spelling(tokenizer, OptionalInt.of(tokenizer.pad())));
    json.put("add_bos_token", tokenizer.beginOfText().isPresent());
    json.put("model_max_length", model.shape().context());
    json.put(
        "chat_template", ChatTemplate.load(model.folder()).map(ChatTemplate::source).orElse(null));
    exchange.answer(json);
  }

  private static @Nullable String spelling(Tokenizer tokenizer, OptionalInt id) {
    return id.isEmpty() ? null : tokenizer.spelling(id.getAsInt()).orElse(null);
  }

  void tokenize(ApiExchange exchange) throws IOException {
    var body = exchange.body();
    var model = model(body.text("model"));
    var tokenizer = models.words(model).tokenizer();
    int[] ids;
    if (body.get("messages").isPresent()) {
      try {
        ids = model.template().prompt(tokenizer, ChatRequest.turns(body));
      } catch (IllegalArgumentException refused) {
        throw ApiRefusal.invalid("messages", String.valueOf(refused.getMessage()));
      }
    } else {
      var text = body.text("prompt").orElseThrow(() -> body.wrong("prompt", "a text"));
      boolean begun = body.get("add_special_tokens").map(JsonNode::asBoolean).orElse(true);
      ids = ids(tokenizer, text, begun);
    }
    var json =
        Json.LENIENT
            .createObjectNode()
            .put("count", ids.length)
            .put("max_model_len", model.shape().context());
    var tokens = json.putArray("tokens");
    IntStream.of(ids).forEach(tokens::add);
    exchange.answer(json);
  }

  /// A prompt that is nothing but the spelling of a special token is that token: evaluations ask so
  /// for the id of the token that ends a text. Within a text it is text, as everywhere.
  private static int[] ids(Tokenizer tokenizer, String text, boolean begun) {
    var special = tokenizer.specialTokens().get(text);
    if (special != null) {
      return new int[] {special};
    }
    return begun ? tokenizer.encodeFromStart(text) : tokenizer.encode(text);
  }

  void detokenize(ApiExchange exchange) throws IOException {
    var body = exchange.body();
    var tokenizer = models.words(model(body.text("model"))).tokenizer();
    var list =
        body.get("tokens")
            .filter(JsonNode::isArray)
            .orElseThrow(() -> body.wrong("tokens", "a list of token ids"));
    var ids = new int[list.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!list.get(i).isIntegralNumber() || !list.get(i).canConvertToInt()) {
        throw ApiRefusal.invalid("tokens[%d]".formatted(i), "expected a token id");
      }
      ids[i] = list.get(i).intValue();
    }
    try {
      exchange.answer(Json.LENIENT.createObjectNode().put("prompt", tokenizer.decode(ids)));
    } catch (IllegalArgumentException unknown) {
      throw ApiRefusal.invalid("tokens", String.valueOf(unknown.getMessage()));
    }
  }

  /// Rewards: of each answer (`text_2`) to its prompt (`text_1`); one prompt may have many answers.
  void score(ApiExchange exchange) throws IOException, InterruptedException {
    var body = exchange.body();
    var name = body.text("model").orElseThrow(() -> body.wrong("model", "a reward model's name"));
    var model = models.find(name, false);
    var prompts = body.texts("text_1");
    var answers = body.texts("text_2");
    if (answers.isEmpty() || answers.size() > MOST_PAIRS) {
      throw body.wrong("text_2", "an answer or a list of up to %d".formatted(MOST_PAIRS));
    }
    if (prompts.size() != 1 && prompts.size() != answers.size()) {
      throw ApiRefusal.invalid(
          "text_1",
          "expected one prompt, or one for each of the %d answers, found %d"
              .formatted(answers.size(), prompts.size()));
    }
    var inputs = new ArrayList<ModelInput>();
    for (int i = 0; i < answers.size(); i++) {
      inputs.add(new ModelInput.Text(prompts.get(prompts.size() == 1 ? 0 : i)));
    }
    var rewards = rewards(model.name(), inputs, answers, exchange.limits());
    metrics.scored(model.name(), rewards.tokens());
    limits.used(exchange.client(), rewards.tokens());
    exchange.answer(json(exchange, model, rewards));
  }

  private ObjectNode json(ApiExchange exchange, ServedModel model, Rewards rewards) {
    var json =
        Json.LENIENT
            .createObjectNode()
            .put("id", "score-" + exchange.id())
            .put("object", "list")
            .put("created", clock.instant().getEpochSecond())
            .put("model", model.name());
    var data = json.putArray("data");
    for (double reward : rewards.rewards()) {
      data.addObject().put("index", data.size() - 1).put("object", "score").put("score", reward);
    }
    json.set("usage", Answering.usage(rewards.tokens(), 0));
    return json;
  }

  private Rewards rewards(
      String model, List<ModelInput> prompts, List<String> answers, Answering.Limits time)
      throws InterruptedException {
    try {
      var rewards = models.engine().rewards(model, prompts, answers);
      try {
        return rewards.get(time.most().toMillis(), TimeUnit.MILLISECONDS);
      } finally {
        rewards.cancel(true);
      }
    } catch (InferenceEngine.Overloaded full) {
      throw CompletionRoutes.busy(models.engine(), full);
    } catch (TimeoutException _) {
      throw ApiRefusal.tooSlow(time.most());
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof ModelFailedException known
          ? refusal(known.failure())
          : ApiRefusal.fault("the reward model failed; see the log");
    }
  }

  private static ApiRefusal refusal(Failure failure) {
    return failure.key().equals(Failure.LONG) || failure.key().equals(Failure.INPUT)
        ? ApiRefusal.invalid("text_1", failure.explanation())
        : ApiRefusal.fault(failure.explanation());
  }
}
