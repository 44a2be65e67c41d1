package org.instructgpt.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.instructgpt.serve.CompletionWish;
import org.instructgpt.serve.GenerationSettings;
import org.instructgpt.serve.ModelInput;
import org.instructgpt.text.Dialogue.Role;
import org.instructgpt.text.Dialogue.Turn;

/// A request to `/v1/chat/completions`.
///
/// @param likeliest how many likeliest tokens are wanted at each place; -1 for no log-probabilities
record ChatRequest(GenerationFields fields, List<Turn> turns, int likeliest) {
  private static final String NO_TOOLS = "tools are not supported; leave it out";

  static ChatRequest of(RequestFields body, LongSupplier seeds) {
    for (var field : List.of("tools", "functions")) {
      body.refuse(field, NO_TOOLS, List.of());
    }
    body.refuse("tool_choice", NO_TOOLS, List.of("none", "auto"));
    body.refuse("function_call", NO_TOOLS, List.of("none", "auto"));
    body.refuse("audio", "answers are text only; leave it out", List.of());
    body.object("response_format")
        .ifPresent(format ->
            format.refuse("type", "answers are free text only; leave it out", List.of("text")));
    var fields = GenerationFields.of(body, GenerationSettings.LONGEST, seeds);
    if (fields.settings().longest() == 0) {
      throw body.wrong("max_tokens", "1 or more");
    }
    return new ChatRequest(fields, turns(body), likeliest(body));
  }

  private static int likeliest(RequestFields body) {
    boolean wanted = body.flag("logprobs");
    var count = body.whole("top_logprobs", 0, GenerationFields.MOST_LIKELIEST);
    if (count.isPresent() && !wanted) {
      throw ApiRefusal.invalid("top_logprobs", "expected it together with \"logprobs\": true only");
    }
    return wanted ? count.orElse(0) : -1;
  }

  static List<Turn> turns(RequestFields body) {
    var turns = new ArrayList<Turn>();
    for (var message : body.objects("messages")) {
      message.refuse("tool_calls", NO_TOOLS, List.of());
      turns.add(new Turn(role(message), content(message)));
    }
    if (turns.stream().allMatch(turn -> turn.text().isBlank())) {
      throw ApiRefusal.invalid("messages", "expected a message that says something, found none");
    }
    return List.copyOf(turns);
  }

  /// A tool's answer is told to the model as if the user said it: no template of ours has tools.
  private static Role role(RequestFields message) {
    return switch (message.text("role").orElse("")) {
      case "system", "developer" -> Role.SYSTEM;
      case "user", "tool", "function" -> Role.HUMAN;
      case "assistant" -> Role.ASSISTANT;
      default -> throw message.wrong("role", "one of system, developer, user, assistant and tool");
    };
  }

  private static String content(RequestFields message) {
    var content = message.get("content");
    if (content.isEmpty()) {
      return "";
    }
    if (content.get().isTextual()) {
      return content.get().textValue();
    }
    if (!content.get().isArray()) {
      throw message.wrong("content", "a text or a list of parts");
    }
    var text = new StringBuilder();
    for (var part :
        content.get().isEmpty() ? List.<RequestFields>of() : message.objects("content")) {
      var type = part.text("type").orElse("text");
      if (!type.equals("text") && !type.equals("refusal")) {
        throw ApiRefusal.invalid(
            part.name("type"), "this model reads text only; found '%s'".formatted(type));
      }
      text.append(part.text(type).orElseThrow(() -> part.wrong(type, "a text")));
    }
    return text.toString();
  }

  List<ModelInput> inputs() {
    return List.of(new ModelInput.Conversation(turns));
  }

  CompletionWish wish() {
    return fields.wish(fields.copies(), likeliest, false, false);
  }
}
