package org.instructgpt.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.instructgpt.files.Count;
import org.instructgpt.text.ChatTemplate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `instructgpt render`: the texts that a model's chat template makes of conversations.
@Command(
    name = "render",
    description = {
      "Texts of conversations, as a model's chat template makes them.",
      "A line {\"id\", \"messages\", \"add_generation_prompt\", \"tools\", \"variables\"} gives"
          + " {\"id\", \"text\"}, or {\"id\", \"error\"} where the template refuses it. All but"
          + " \"id\" and \"messages\" may be absent."
    },
    mixinStandardHelpOptions = true)
final class RenderCommand implements Callable<Integer> {
  private static final int BATCH = 256;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      required = true,
      description = "The model's folder, with its chat template.")
  private Path model = Path.of("");

  @Option(
      names = "--in",
      paramLabel = "FILE",
      required = true,
      description = "JSON lines; .gz is read too.")
  private Path in = Path.of("");

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where the texts go, one line for each line.")
  private Path out = Path.of("");

  @Option(
      names = "--now",
      paramLabel = "TIME",
      description =
          "The time for templates that tell it, as 2026-11-30T12:00; the clock's if absent.")
  private @Nullable String now;

  @Spec private @Nullable CommandSpec spec;

  private final StopSignals stop;
  private final InstantSource clock;
  private long refused;

  RenderCommand(StopSignals stop, InstantSource clock) {
    this.stop = stop;
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    var time = time();
    if (!Files.isDirectory(model)) {
      throw new IllegalArgumentException(
          "--model %s: there is no such folder; expected a model's, with its chat template"
              .formatted(model));
    }
    var template =
        ChatTemplate.load(model)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "--model %s has no chat template: expected %s, or chat_template in tokenizer_config.json; base models have none, and prompts for them are framed by a blank line"
                        .formatted(model, ChatTemplate.FILE)));
    try (var lines = JsonLinesBatches.open(in, out, BATCH)) {
      lines.check(JsonLine::id);
      boolean done =
          lines.compute(
              batch -> batch.stream().map(line -> answer(template, line, time)).toList(),
              stop.heed()::requested);
      if (refused > 0) {
        Objects.requireNonNull(spec)
            .commandLine()
            .getErr()
            .println(
                "render: %s refused and got an \"error\" in place of a \"text\""
                    .formatted(Count.of(refused, "line was", "lines were")));
      }
      return done ? 0 : StopSignals.STOPPED;
    }
  }

  private LocalDateTime time() {
    try {
      return now == null
          ? LocalDateTime.ofInstant(clock.instant(), ZoneId.systemDefault())
          : LocalDateTime.parse(now);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "--now: expected a time such as 2026-11-30T12:00, found " + now, e);
    }
  }

  private ObjectNode answer(ChatTemplate template, JsonLine line, LocalDateTime time) {
    var answer = JsonNodeFactory.instance.objectNode();
    answer.set("id", line.id());
    try {
      return answer.put("text", template.render(conversation(line.json(), time)));
    } catch (IllegalArgumentException e) {
      refused++;
      return answer.put("error", e.getMessage());
    }
  }

  private static void require(String name, JsonNode found, boolean right, String expected) {
    if (!right && !found.isMissingNode() && !found.isNull()) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(name, expected, found));
    }
  }

  private static ChatTemplate.Conversation conversation(ObjectNode json, LocalDateTime time) {
    var prompt = json.path("add_generation_prompt");
    require("add_generation_prompt", prompt, prompt.isBoolean(), "true or false");
    require("variables", json.path("variables"), json.path("variables").isObject(), "an object");
    require("tools", json.path("tools"), json.path("tools").isArray(), "a list");
    Map<String, JsonNode> variables = new HashMap<>();
    json.path("variables").properties().forEach(v -> variables.put(v.getKey(), v.getValue()));
    if (json.hasNonNull("tools")) {
      variables.put("tools", json.path("tools"));
    }
    return new ChatTemplate.Conversation(
        json.path("messages"), prompt.asBoolean(false), variables, time);
  }
}
