package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Templates in the forms of published families, written for these tests from what is known of
/// their formats.
class ChatTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 5, 14, 7);

  private static final String TURNS =
      """
      [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " Hi "},
       {"role": "assistant", "content": "Hello."}, {"role": "user", "content": "Bye"}]
      """;

  static final String CHATML =
      """
      {%- if messages[0]['role'] == 'system' %}
          {%- set first = messages[0]['content'] %}
          {%- set rest = messages[1:] %}
      {%- else %}
          {%- set first = 'You help.' %}
          {%- set rest = messages %}
      {%- endif %}
      {{- '<|im_start|>system\\n' + first + '<|im_end|>\\n' }}
      {%- for message in rest %}
          {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|im_start|>assistant\\n' }}
      {%- endif %}
      """;

  static final String LLAMA3 =
      """
      {{- bos_token }}
      {%- if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}
      {%- for message in messages %}
          {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
          {%- if loop.first and tools is not none %}{{- 'Today: ' + date_string + '\\n\\n' }}{% endif %}
          {{- message['content'] | trim + '<|eot_id|>' }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
      {%- endif %}
      """;

  static final String ZEPHYR =
      """
      {% for message in messages %}
      {% if message['role'] == 'user' %}
      {{ '<|user|>\\n' + message['content'] + eos_token }}
      {% elif message['role'] == 'system' %}
      {{ '<|system|>\\n' + message['content'] + eos_token }}
      {% elif message['role'] == 'assistant' %}
      {{ '<|assistant|>\\n'  + message['content'] + eos_token }}
      {% endif %}
      {% if loop.last and add_generation_prompt %}
      {{ '<|assistant|>' }}
      {% endif %}
      {% endfor %}
      """;

  static final String GEMMA =
      """
      {{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if message['role'] == 'assistant' %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}
      """;

  @TempDir private Path folder;

  private String render(String template, String messages, String variables) throws IOException {
    Files.writeString(folder.resolve(ChatTemplate.FILE), template);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\"}");
    return ChatTemplate.load(folder).orElseThrow().render(conversation(messages, variables));
  }

  private static ChatTemplate.Conversation conversation(String messages, String variables)
      throws JsonProcessingException {
    return new ChatTemplate.Conversation(
        JSON.readTree(messages),
        true,
        variables.isEmpty() ? Map.of() : Map.of("tools", JSON.readTree(variables)),
        NOW);
  }

  @Test
  void chatMlAndItsOwnSystemMessage() throws IOException {
    assertThat(render(CHATML, TURNS, ""))
        .isEqualTo(
            """
            <|im_start|>system
            Be brief.<|im_end|>
            <|im_start|>user
             Hi <|im_end|>
            <|im_start|>assistant
            Hello.<|im_end|>
            <|im_start|>user
            Bye<|im_end|>
            <|im_start|>assistant
            """);
    assertThat(render(CHATML, "[{\"role\": \"user\", \"content\": \"A\"}]", ""))
        .startsWith("<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\nA<|im_end|>\n");
  }

  @Test
  void headersTellTheDateOnlyToThoseWhoHaveTools() throws IOException {
    assertThat(render(LLAMA3, TURNS, ""))
        .isEqualTo(
            "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    assertThat(render(LLAMA3, TURNS, "[{\"name\": \"w\"}]"))
        .startsWith(
            "<s><|start_header_id|>system<|end_header_id|>\n\nToday: 05 Mar 2026\n\nBe brief.");
  }

  @Test
  void aTemplateWithLinesOfItsOwn() throws IOException {
    assertThat(render(ZEPHYR, TURNS, ""))
        .isEqualTo(
            "<|system|>\nBe brief.</s>\n<|user|>\n Hi </s>\n<|assistant|>\nHello.</s>\n"
                + "<|user|>\nBye</s>\n<|assistant|>\n");
  }

  @Test
  void whatATemplateRefusesIsToldInItsWords() throws IOException {
    assertThatThrownBy(() -> render(GEMMA, TURNS, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the chat template refuses this conversation: System role not supported");
    assertThat(render(GEMMA, "[{\"role\": \"user\", \"content\": \" A \"}]", ""))
        .isEqualTo("<s><start_of_turn>user\nA<end_of_turn>\n<start_of_turn>model\n");
  }

  @Test
  void templatesAreFoundWhereverTheyAreKept() throws IOException {
    assertThat(ChatTemplate.load(folder)).isEmpty();
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"R\"}, {\"name\": \"default\", \"template\": \"D\"}]}");
    assertThat(ChatTemplate.load(folder).orElseThrow().render(conversation(TURNS, "")))
        .isEqualTo("D");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"R\"}]}");
    assertThatThrownBy(() -> ChatTemplate.load(folder))
        .hasMessageContaining("one called default, found [rag]");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"chat_template\": \"{% if %}\"}");
    assertThatThrownBy(() -> ChatTemplate.load(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokenizer_config.json: the chat template cannot be read: line 1");
  }

  @Test
  void nothingSaidIsNoConversation() {
    assertThatThrownBy(() -> render(CHATML, "[]", ""))
        .hasMessage("messages: expected a list of at least one, found none");
    assertThatThrownBy(() -> render(CHATML, "{}", ""))
        .hasMessage("messages: expected a list of at least one, found {}");
  }

  @Test
  void timesAreThoseOfC() {
    assertThat(TimeFormat.of(NOW, "%Y-%m-%d %H:%M:%S %B %b %A %a %j %y %-d %% %I %p"))
        .isEqualTo("2026-03-05 14:07:00 March Mar Thursday Thu 064 26 5 % 02 PM");
    assertThatThrownBy(() -> TimeFormat.of(NOW, "%Q")).isInstanceOf(IllegalArgumentException.class);
  }
}
