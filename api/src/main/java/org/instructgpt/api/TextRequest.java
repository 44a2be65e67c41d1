package org.instructgpt.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.instructgpt.serve.CompletionWish;
import org.instructgpt.serve.ModelInput;

/// A request to `/v1/completions`.
///
/// @param echo whether the inputs are part of the answer
/// @param best how many completions of each input are made, of which the likeliest are answered
///   with
/// @param likeliest how many likeliest tokens are wanted at each place; -1 for no log-probabilities
record TextRequest(
    GenerationFields fields, List<ModelInput> inputs, boolean echo, int best, int likeliest) {
  /// The most inputs of a request.
  private static final int MOST_INPUTS = 1024;

  private static final int LONGEST = 16; // OpenAI's own

  static TextRequest of(RequestFields body, LongSupplier seeds) {
    body.refuse("suffix", "text before a suffix cannot be inserted; leave it out", List.of(""));
    var fields = GenerationFields.of(body, LONGEST, seeds);
    int best = body.whole("best_of", 1, GenerationFields.MOST_COPIES).orElse(fields.copies());
    if (best < fields.copies()) {
      throw body.wrong("best_of", "no fewer than n, which is " + fields.copies());
    }
    if (best > fields.copies() && fields.stream()) {
      throw ApiRefusal.invalid(
          "best_of", "the best of several is known when all are whole; do not stream");
    }
    int likeliest = body.whole("logprobs", 0, GenerationFields.MOST_LIKELIEST).orElse(-1);
    return new TextRequest(fields, inputs(body), body.flag("echo"), best, likeliest);
  }

  private static List<ModelInput> inputs(RequestFields body) {
    var prompt = body.get("prompt");
    if (prompt.isEmpty()) {
      return List.of(new ModelInput.Verbatim(""));
    }
    var node = prompt.get();
    if (node.isTextual()) {
      return List.of(new ModelInput.Verbatim(node.textValue()));
    }
    if (!node.isArray() || node.isEmpty() || node.size() > MOST_INPUTS && !all(node, "number")) {
      throw body.wrong(
          "prompt",
          "a text, a list of token ids, or a list of up to %d of either".formatted(MOST_INPUTS));
    }
    if (all(node, "text")) {
      return elements(node)
          .<ModelInput>map(each -> new ModelInput.Verbatim(each.textValue()))
          .toList();
    }
    if (all(node, "number")) {
      return List.of(new ModelInput.Ids(ids(node)));
    }
    if (elements(node).allMatch(each -> each.isArray() && all(each, "number"))) {
      return elements(node).<ModelInput>map(each -> new ModelInput.Ids(ids(each))).toList();
    }
    throw body.wrong("prompt", "texts alone, or token ids alone");
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  private static boolean all(JsonNode list, String kind) {
    return elements(list)
        .allMatch(each ->
            kind.equals("text")
                ? each.isTextual()
                : each.canConvertToInt() && each.isIntegralNumber());
  }

  private static int[] ids(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).intValue()).toArray();
  }

  /// Log-probabilities are needed also to find the best of several.
  CompletionWish wish() {
    boolean scored = likeliest >= 0 || best > fields.copies();
    return fields.wish(best, scored ? Math.max(0, likeliest) : -1, echo && likeliest >= 0, true);
  }
}
