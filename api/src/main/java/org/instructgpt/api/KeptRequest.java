package org.instructgpt.api;

import java.util.List;
import java.util.Optional;
import org.instructgpt.api.ApiAccess.Keeping;
import org.instructgpt.serve.ModelInput;
import org.instructgpt.text.Dialogue;

/// Keeps a request with its answers where its client agreed to that. The header `x-kept` tells
/// whether.
///
/// A request of several prompts, or of token ids, is an evaluation rather than a question, and is
/// not kept.
record KeptRequest(
    AnswerStore store, ApiExchange exchange, GenerationFields fields, List<ModelInput> inputs) {
  private static final String HEADER = "x-kept";

  /// Tells the client whether the request will be kept.
  static KeptRequest announced(
      AnswerStore store, ApiExchange exchange, GenerationFields fields, List<ModelInput> inputs) {
    var request = new KeptRequest(store, exchange, fields, inputs);
    exchange.http().header(HEADER, String.valueOf(request.keeping().isPresent()));
    return request;
  }

  private Optional<Keeping> keeping() {
    return exchange
        .client()
        .keeping()
        .filter(whose -> fields.store().orElse(whose.always()))
        .filter(_ -> inputs.size() == 1 && prompt(inputs.getFirst()).isPresent());
  }

  private static Optional<String> prompt(ModelInput input) {
    return Optional.of(
            switch (input) {
              case ModelInput.Text(var text) -> text;
              case ModelInput.Verbatim(var text) -> text;
              case ModelInput.Conversation(var turns) ->
                  Dialogue.prompt(Dialogue.quoting(turns, _ -> {}));
              case ModelInput.Ids _ -> "";
            })
        .filter(text -> !text.isBlank());
  }

  /// @param id of the completion
  /// @param answers all that are answered with, each whole
  void keep(String id, List<Answer> answers) {
    var whose = keeping();
    var prompt = prompt(inputs.getFirst());
    if (whose.isEmpty() || prompt.isEmpty()) {
      return;
    }
    var given = answers.stream().map(Answer::given).toList();
    var asked =
        new AnswerStore.Asked(
            id, fields.model(), prompt.get(), fields.user(), fields.settings(), given);
    if (!store.keep(whose.get(), asked) && !exchange.http().res().isCommitted()) {
      exchange.http().header(HEADER, "false");
    }
  }
}
