package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.jinja.JinjaTemplate;
import org.instructgpt.jinja.TemplateException;
import org.jspecify.annotations.Nullable;

/// The chat template of a model: a Jinja program that makes one text of the turns of a
/// conversation, as the model was trained to read them.
///
/// It is given what `transformers` gives it: `messages`, `tools`, `documents`,
/// `add_generation_prompt`, the spellings of the special tokens (`bos_token`), and the functions
/// `raise_exception` and `strftime_now`.
///
/// Source: the documentation of `transformers`, page "Chat templates".
public final class ChatTemplate {
  /// The file of a template, in newer checkpoints.
  public static final String FILE = "chat_template.jinja";

  private static final ObjectMapper JSON = Json.LENIENT;

  private final JinjaTemplate template;
  private final String source;
  private final Path file;
  private final Map<String, Object> tokens;

  private ChatTemplate(
      JinjaTemplate template, String source, Path file, Map<String, Object> tokens) {
    this.template = template;
    this.source = source;
    this.file = file;
    this.tokens = Map.copyOf(tokens);
  }

  /// A conversation as a template reads it: values of JSON.
  ///
  /// @param messages each an object with a `role` and a `content`, and what else the template knows
  /// @param addGenerationPrompt whether the text ends where an answer of the model begins
  /// @param variables what else the template knows, such as `tools`
  /// @param now for templates that tell the date
  public record Conversation(
      JsonNode messages,
      boolean addGenerationPrompt,
      Map<String, JsonNode> variables,
      LocalDateTime now) {
    /// Copies the map.
    public Conversation {
      variables = Map.copyOf(variables);
    }
  }

  /// The template of a model's folder: `chat_template.jinja`, or what `chat_template.json` or
  /// `tokenizer_config.json` hold; empty for a model without one, as base models are.
  ///
  /// @throws IllegalArgumentException if a file is damaged, or the template is none
  public static Optional<ChatTemplate> load(Path directory) throws IOException {
    var tokens = new HashMap<String, Object>();
    for (var name : List.of("special_tokens_map.json", TokenizerConfig.FILE)) {
      tokens.putAll(tokens(directory.resolve(name)));
    }
    var jinja = directory.resolve(FILE);
    if (Files.exists(jinja)) {
      return Optional.of(read(ForeignTexts.read(jinja), jinja, tokens));
    }
    for (var name : List.of("chat_template.json", TokenizerConfig.FILE)) {
      var file = directory.resolve(name);
      if (Files.exists(file)) {
        var source = source(file, TokenizerJson.read(file).path("chat_template"));
        if (source.isPresent()) {
          return Optional.of(read(source.get(), file, tokens));
        }
      }
    }
    return Optional.empty();
  }

  private static ChatTemplate read(String source, Path file, Map<String, Object> tokens) {
    try {
      return new ChatTemplate(JinjaTemplate.of(source), source, file, tokens);
    } catch (TemplateException e) {
      throw new IllegalArgumentException(
          "%s: the chat template cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /// A text, or a list of named ones, of which the one called "default" is taken.
  private static Optional<String> source(Path file, JsonNode template) {
    if (template.isTextual()) {
      return Optional.of(template.textValue());
    }
    var names = new ArrayList<String>();
    for (var each : template) {
      names.add(each.path("name").asText());
      if (each.path("name").asText().equals("default") && each.path("template").isTextual()) {
        return Optional.of(each.path("template").textValue());
      }
    }
    if (!template.isMissingNode() && !template.isNull()) {
      throw new IllegalArgumentException(
          "%s: expected chat_template to be a text, or a list with one called default, found %s"
              .formatted(file, names.isEmpty() ? template : names));
    }
    return Optional.empty();
  }

  /// The spellings of special tokens, which templates name.
  private static Map<String, Object> tokens(Path file) throws IOException {
    var tokens = new HashMap<String, Object>();
    if (Files.exists(file)) {
      for (var entry : TokenizerJson.read(file).properties()) {
        if (entry.getKey().endsWith("_token")) {
          TokenizerConfig.token(entry.getValue())
              .ifPresent(spelling -> tokens.put(entry.getKey(), spelling));
        }
      }
    }
    return tokens;
  }

  /// The template as it is written.
  public String source() {
    return source;
  }

  /// The text of a conversation.
  ///
  /// @throws IllegalArgumentException if there is nothing said in it, the template refuses it, or
  ///   it cannot be run
  public String render(Conversation conversation) {
    var messages = conversation.messages;
    if (!messages.isArray() || messages.isEmpty()) {
      throw new IllegalArgumentException(
          "messages: expected a list of at least one, found "
              + (messages.isArray() || messages.isMissingNode() ? "none" : messages));
    }
    Map<String, @Nullable Object> variables = new HashMap<>(tokens);
    variables.put("tools", null);
    variables.put("documents", null);
    conversation.variables.forEach(
        (name, value) -> variables.put(name, JSON.convertValue(value, Object.class)));
    variables.put("messages", JSON.convertValue(conversation.messages, Object.class));
    variables.put("add_generation_prompt", conversation.addGenerationPrompt);
    try {
      return template.render(
          variables, Map.of("strftime_now", format -> TimeFormat.of(conversation.now, format)));
    } catch (TemplateException e) {
      throw new IllegalArgumentException(
          e.isRefusal()
              ? "the chat template refuses this conversation: " + e.getMessage()
              : "%s: the chat template cannot be run: %s".formatted(file, e.getMessage()),
          e);
    }
  }
}
