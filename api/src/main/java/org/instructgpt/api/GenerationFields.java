package org.instructgpt.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.instructgpt.model.LogitAdjustment;
import org.instructgpt.serve.CompletionWish;
import org.instructgpt.serve.GenerationSettings;

/// What requests for chat and for plain completions have in common: how the text is generated.
///
/// @param model its name
/// @param copies how many completions of each input are answered with
/// @param stream whether they are sent while they are generated
/// @param usage whether a stream ends with the numbers of tokens
/// @param store whether the request wants to be kept, if it says so
/// @param user who asks, by the client's own names, if it says so
record GenerationFields(
    String model,
    GenerationSettings settings,
    LogitAdjustment adjustment,
    int copies,
    boolean stream,
    boolean usage,
    Optional<Boolean> store,
    Optional<String> user) {
  /// The most completions of an input.
  static final int MOST_COPIES = 16;

  /// The most likeliest tokens of a place.
  static final int MOST_LIKELIEST = 20;

  private static final double MOST_PENALTY = 2;
  private static final double MOST_BIAS = 100;
  private static final int MOST_BIASES = 1024;
  private static final int LONGEST = GenerationSettings.LONGEST;

  /// @param longest the most tokens where the request does not say
  /// @param seeds for requests without one
  static GenerationFields of(RequestFields fields, int longest, LongSupplier seeds) {
    var model = fields.text("model").orElseThrow(() -> fields.wrong("model", "a model's name"));
    boolean stream = fields.flag("stream");
    var streamOptions = fields.object("stream_options");
    if (streamOptions.isPresent() && !stream) {
      throw ApiRefusal.invalid(
          "stream_options", "expected it together with \"stream\": true only; leave it out");
    }
    var settings =
        new GenerationSettings(
            longest(fields).orElse(longest),
            fields.number("temperature", 0, GenerationSettings.HOTTEST).orElse(1),
            topP(fields),
            stops(fields),
            fields.seed("seed").orElseGet(seeds));
    return new GenerationFields(
        model,
        settings,
        adjustment(fields),
        fields.whole("n", 1, MOST_COPIES).orElse(1),
        stream,
        streamOptions.map(options -> options.flag("include_usage")).orElse(false),
        fields.get("store").filter(JsonNode::isBoolean).map(JsonNode::booleanValue),
        fields.get("user").filter(JsonNode::isTextual).map(JsonNode::textValue));
  }

  private static OptionalInt longest(RequestFields fields) {
    var newer = fields.whole("max_completion_tokens", 1, LONGEST);
    var older = fields.whole("max_tokens", 0, LONGEST);
    return newer.isPresent() ? newer : older;
  }

  private static double topP(RequestFields fields) {
    double topP = fields.number("top_p", 0, 1).orElse(1);
    return Math.max(topP, Double.MIN_NORMAL); // 0: the likeliest token alone
  }

  private static List<String> stops(RequestFields fields) {
    var stops = fields.texts("stop");
    boolean fit =
        stops.size() <= GenerationSettings.MOST_STOPS
            && stops.stream()
                .allMatch(
                    stop -> !stop.isEmpty() && stop.length() <= GenerationSettings.LONGEST_STOP);
    if (!fit) {
      throw fields.wrong(
          "stop",
          "at most %d texts of 1 to %d characters"
              .formatted(GenerationSettings.MOST_STOPS, GenerationSettings.LONGEST_STOP));
    }
    return stops;
  }

  private static LogitAdjustment adjustment(RequestFields fields) {
    Map<Integer, Double> bias = new HashMap<>();
    fields
        .object("logit_bias")
        .ifPresent(given ->
            given
                .object()
                .properties()
                .forEach(entry -> bias.put(id(given, entry.getKey()), bias(given, entry))));
    if (bias.size() > MOST_BIASES) {
      throw ApiRefusal.invalid(
          "logit_bias", "expected at most %d tokens, found %d".formatted(MOST_BIASES, bias.size()));
    }
    return new LogitAdjustment(
        fields.number("presence_penalty", -MOST_PENALTY, MOST_PENALTY).orElse(0),
        fields.number("frequency_penalty", -MOST_PENALTY, MOST_PENALTY).orElse(0),
        bias);
  }

  private static int id(RequestFields given, String key) {
    if (!key.matches("\\d{1,9}")) {
      throw ApiRefusal.invalid(
          given.path(), "expected token ids as keys, found '%s'".formatted(key));
    }
    return Integer.parseInt(key);
  }

  private static double bias(RequestFields given, Map.Entry<String, JsonNode> entry) {
    return given
        .number(entry.getKey(), -MOST_BIAS, MOST_BIAS)
        .orElseThrow(() -> given.wrong(entry.getKey(), "a number of -100 to 100"));
  }

  /// @param best how many completions of each input are made
  /// @param likeliest as of [CompletionWish#alternatives]
  CompletionWish wish(int best, int likeliest, boolean scoresInput, boolean exact) {
    return new CompletionWish(settings, best, adjustment, likeliest, scoresInput, exact);
  }
}
