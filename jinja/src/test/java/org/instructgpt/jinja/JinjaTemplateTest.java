package org.instructgpt.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Against what Jinja2 3.1.6 makes of the same templates (`cases.json`), with `trim_blocks`,
/// `lstrip_blocks`, its extension of loop controls and immutable values, as `transformers` runs
/// them.
class JinjaTemplateTest {
  private static final Map<String, Object> VARIABLES =
      Map.of(
          "messages",
          List.of(Map.of("role", "user", "content", "x")),
          "add_generation_prompt",
          true,
          "tools",
          List.of(Map.of("a", 1)),
          "f",
          false);

  private static String render(String template) {
    return JinjaTemplate.of(template).render(VARIABLES, Map.of());
  }

  static Stream<JsonNode> cases() throws IOException {
    try (var in = JinjaTemplateTest.class.getResourceAsStream("cases.json")) {
      return new ObjectMapper().readTree(in).valueStream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aTemplateMakesTheSameTextOrFailsAsInPython(JsonNode example) {
    var template = example.path("template").asText();
    if (example.has("text")) {
      assertThat(render(template)).isEqualTo(example.path("text").asText());
    } else {
      assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
    }
  }

  @Test
  void aRefusalIsToldFromAMistake() {
    assertThatThrownBy(() -> render("{{ raise_exception('alternate, please') }}"))
        .isInstanceOfSatisfying(
            TemplateException.class,
            e -> {
              assertThat(e.isRefusal()).isTrue();
              assertThat(e).hasMessage("alternate, please");
            });
    assertThatThrownBy(() -> render("a\n{{ zz.y }}"))
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.isRefusal()).isFalse());
  }

  @Test
  void functionsAreGiven() {
    assertThat(
            JinjaTemplate.of("{{ strftime_now('%Y') }}{{ strftime_now is defined }}")
                .render(Map.of(), Map.of("strftime_now", format -> "[" + format + "]")))
        .isEqualTo("[%Y]True");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set x = 'aaaaaaaaaa' * 100000 %}{% for i in range(100) %}{{ x }}{% endfor %}",
        "{{ 'a' * 99999999999 }}",
        "{{ range(99999999) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 9223372036854775807 + 1 }}",
        "{{ 99999999999999999999 }}",
        "{{ ''.__class__.__mro__ }}",
        "{% include 'other' %}"
      })
  void whatWouldNotEndOrReachOutsideIsRefused(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
  }

  @Test
  void deepNestingIsRefusedBeforeTheStackEnds() {
    assertThatThrownBy(() -> render("{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> render("{% if 1 %}".repeat(5000) + "{% endif %}".repeat(5000)))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("nested too deeply");
    assertThatThrownBy(() -> render("{{ " + "not ".repeat(20000) + "1 }}"))
        .isInstanceOf(TemplateException.class);
  }

  @Test
  void mistakesNameTheirLine() {
    assertThatThrownBy(() -> JinjaTemplate.of("a\nb\n{% if x %}"))
        .hasMessageContaining("line 3")
        .hasMessageContaining("endif");
    assertThatThrownBy(() -> JinjaTemplate.of("a\n{{ 1 +"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("line 2");
    assertThatThrownBy(() -> JinjaTemplate.of("{{ x ? y }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("'?'");
  }
}
