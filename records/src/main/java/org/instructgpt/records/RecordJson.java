package org.instructgpt.records;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.instructgpt.files.Json;

/// This program's own JSONL format: one record per line, `type` first, names in snake case, absent
/// values left out.
///
/// ```
/// {"type":"labeler","id":"ann","pool":"training"}
/// {"type":"prompt","id":"p1","text":"...","source":"customer","user":"u7","organisation":"acme","split":"train",
///  "use_case":"generation","created":"2022-03-04T12:00:00Z"}
/// {"type":"demonstration","id":"d1","prompt_id":"p1","response":"...","labeler":"ann","created":"..."}
/// {"type":"ranking","id":"r1","prompt_id":"p1","outputs":[{"text":"...","model":"sft","rank":1},...],
///  "labeler":"ann","created":"..."}
/// {"type":"rating","id":"a1","prompt_id":"p1","output":{"text":"...","model":"sft"},"quality":7,
///  "flags":["hallucination"],"labeler":"ann","created":"..."}
/// ```
///
/// `user`, `organisation`, `use_case` may be absent, and so may `ended` of an output, which is
/// written only if it is false; every other field is required and no other is allowed. A record
/// comes after its prompt and its labeler.
final class RecordJson {
  static final ObjectMapper MAPPER = Json.STRICT;

  /// The values of `type`.
  static final Set<String> TYPES =
      Set.of("labeler", "prompt", "demonstration", "ranking", "rating");

  /// Fields that distinguish a record of each type from rows of other formats.
  static final Map<String, List<String>> REQUIRED =
      Map.of(
          "labeler", List.of("pool"),
          "prompt", List.of("text", "split"),
          "demonstration", List.of("prompt_id", "response"),
          "ranking", List.of("prompt_id", "outputs"),
          "rating", List.of("prompt_id", "quality"));

  private RecordJson() {}

  static String type(Feedback record) {
    return record.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  static ObjectNode write(Feedback record) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("type", type(record));
    node.put("id", record.id());
    switch (record) {
      case Labeler labeler -> node.put("pool", EnumWords.of(labeler.pool()));
      case Prompt prompt -> writePrompt(prompt, node);
      case Demonstration given ->
          node.put("prompt_id", given.promptId())
              .put("response", given.response())
              .put("labeler", given.labeler())
              .put("created", given.created().toString());
      case Ranking given -> {
        node.put("prompt_id", given.promptId());
        node.set("outputs", outputs(given.outputs(), given.ranks()));
        node.put("labeler", given.labeler()).put("created", given.created().toString());
      }
      case Rating given -> {
        node.put("prompt_id", given.promptId());
        output(node.putObject("output"), given.output());
        node.put("quality", given.quality());
        node.set("flags", flags(given.flags()));
        node.put("labeler", given.labeler()).put("created", given.created().toString());
      }
    }
    return node;
  }

  private static void writePrompt(Prompt prompt, ObjectNode node) {
    node.put("text", prompt.text()).put("source", EnumWords.of(prompt.source()));
    prompt.user().ifPresent(user -> node.put("user", user));
    prompt.organisation().ifPresent(organisation -> node.put("organisation", organisation));
    node.put("split", EnumWords.of(prompt.split()));
    prompt.useCase().ifPresent(useCase -> node.put("use_case", EnumWords.of(useCase)));
    node.put("created", prompt.created().toString());
  }

  /// Reads a record, or throws all that is wrong with it.
  static Feedback read(JsonFields row) {
    String type = row.text("type");
    return switch (type) {
      case "labeler" -> readLabeler(row);
      case "prompt" -> readPrompt(row);
      case "demonstration" -> readDemonstration(row);
      case "ranking" -> readRanking(row);
      case "rating" -> readRating(row);
      default -> {
        row.fault(
            "type",
            "one of labeler, prompt, demonstration, ranking, rating",
            type.isEmpty() ? "none of them" : RecordChecks.quoted(type));
        row.settle();
        throw new AssertionError("a fault was noted");
      }
    };
  }

  private static Labeler readLabeler(JsonFields row) {
    row.only("type", "id", "pool");
    String id = row.id("id");
    Labeler.Pool pool = row.choice("pool", Labeler.Pool.class);
    row.settle();
    return new Labeler(id, pool);
  }

  private static Prompt readPrompt(JsonFields row) {
    row.only(
        "type", "id", "text", "source", "user", "organisation", "split", "use_case", "created");
    String id = row.id("id");
    String text = row.filled("text");
    var source = row.choice("source", Prompt.Source.class);
    Optional<String> user = row.optionalId("user");
    Optional<String> organisation = row.optionalId("organisation");
    var split = row.choice("split", Split.class);
    var useCase = row.optionalChoice("use_case", Prompt.UseCase.class);
    var created = row.instant("created");
    row.settle();
    return new Prompt(id, text, source, user, organisation, split, useCase, created);
  }

  private static Demonstration readDemonstration(JsonFields row) {
    row.only("type", "id", "prompt_id", "response", "labeler", "created");
    String id = row.id("id");
    String prompt = row.id("prompt_id");
    String response = row.text("response");
    String labeler = row.id("labeler");
    var created = row.instant("created");
    row.settle();
    return new Demonstration(id, prompt, response, labeler, created);
  }

  private static Ranking readRanking(JsonFields row) {
    row.only("type", "id", "prompt_id", "outputs", "labeler", "created");
    String id = row.id("id");
    String prompt = row.id("prompt_id");
    List<Output> outputs = new ArrayList<>();
    List<Integer> ranks = new ArrayList<>();
    for (JsonFields output : row.objects("outputs", true)) {
      output.only("text", "model", "ended", "rank");
      outputs.add(readOutput(output));
      ranks.add(output.integer("rank"));
    }
    String labeler = row.id("labeler");
    var created = row.instant("created");
    row.settle();
    return new Ranking(id, prompt, outputs, ranks, labeler, created);
  }

  private static Rating readRating(JsonFields row) {
    row.only("type", "id", "prompt_id", "output", "quality", "flags", "labeler", "created");
    String id = row.id("id");
    String prompt = row.id("prompt_id");
    JsonFields judged = row.object("output");
    judged.only("text", "model", "ended");
    Output output = readOutput(judged);
    int quality = row.integer("quality");
    List<Rating.Flag> flags = row.choices("flags", Rating.Flag.class);
    String labeler = row.id("labeler");
    var created = row.instant("created");
    row.settle();
    return new Rating(id, prompt, output, quality, Set.copyOf(flags), labeler, created);
  }

  private static Output readOutput(JsonFields output) {
    String text = output.text("text");
    String model = output.filled("model");
    boolean ended = output.flag("ended", true);
    return new Output(text, model.isBlank() ? Output.UNKNOWN : model, ended);
  }

  /// Reads an output of a stored ranking.
  static Output output(JsonNode stored) {
    return new Output(
        stored.path("text").textValue(),
        stored.path("model").textValue(),
        stored.path("ended").asBoolean(true));
  }

  private static ObjectNode output(ObjectNode node, Output output) {
    node.put("text", output.text()).put("model", output.model());
    return output.ended() ? node : node.put("ended", false);
  }

  /// Outputs and their ranks as one array, as in the store and in files.
  static ArrayNode outputs(List<Output> outputs, List<Integer> ranks) {
    ArrayNode array = MAPPER.createArrayNode();
    for (int i = 0; i < outputs.size(); i++) {
      output(array.addObject(), outputs.get(i)).put("rank", ranks.get(i));
    }
    return array;
  }

  static ArrayNode flags(Set<Rating.Flag> flags) {
    ArrayNode array = MAPPER.createArrayNode();
    flags.forEach(flag -> array.add(EnumWords.of(flag)));
    return array;
  }

  static Set<Rating.Flag> parseFlags(String json) {
    EnumSet<Rating.Flag> flags = EnumSet.noneOf(Rating.Flag.class);
    parse(json).forEach(flag -> flags.add(EnumWords.constant(Rating.Flag.class, flag.textValue())));
    return flags;
  }

  /// Parses an array that this class wrote.
  static ArrayNode parse(String array) {
    try {
      return (ArrayNode) MAPPER.readTree(array);
    } catch (JsonProcessingException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }
}
