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
import org.junit.jupiter.api.Timeout;
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% for i in range(40) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
        "{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ {ns.l: 1} }}",
        "{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ [ns.l] | unique }}",
        "{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set a = 'a' * 4000000 %}{% for i in range(99999) %}{% set b = a | upper %}{% endfor %}",
        "{% set a = 'a' * 4000000 %}{% set b = 'a' * 2000000 ~ 'b' %}{{ b in a }}",
        "{{ ('a' * 4000000).replace('a', 'b' * 4000000) }}",
        "{{ 'a' | indent(2147483647, true) }}",
        "{{ [1] | tojson(indent=2147483647) }}",
        "{{ '%.999999999f' | format(1.5) }}",
        "{{ '%.99999999999f' | format(1.5) }}",
        "{{ range(-9223372036854775807, 9223372036854775807) }}",
        "{{ range() }}",
        "{{ -(-9223372036854775807 - 1) }}",
        "{{ 2 ** 64 }}",
        "{{ 3 is divisibleby(0) }}",
        "{{ tools.99999999999999999999 }}",
        "{{ '\\U00110000' }}"
      })
  @Timeout(20)
  void whatGrowsWithoutBoundsIsRefusedSoon(String template) {
    var start = "{% set ns = namespace(x='ab', l=['a'], m=['a']) %}";
    assertThatThrownBy(() -> render(start + template)).isExactlyInstanceOf(TemplateException.class);
  }

  @Test
  void edgesOfNumbersAndTextsAreAsInPython() {
    assertThat(render("{{ 'abc'.replace('', '-') }} {{ 'abc'.replace('', '-', 2) }}"))
        .isEqualTo("-a-b-c- -a-bc");
    assertThat(render("{{ 'aXbX'.replace('X', '', 1) }} {{ 'abc'.count('') }}")).isEqualTo("abX 4");
    assertThat(render("{{ [1, 2, 3][1::9223372036854775807] }} {{ 'h\u00e9llo'[1:3] }}"))
        .isEqualTo("[2] \u00e9l");
    assertThat(render("{{ 'abc'[-1] }}{{ 'abc'[3] is defined }} {{ 'abcd'[::-2] }}"))
        .isEqualTo("cFalse db");
    assertThat(render("{{ [1, 2] | batch(2147483647) | list }} {{ 'a' | indent(-3, true) }}"))
        .isEqualTo("[[1, 2]] a");
    assertThat(render("{{ 3 ** 39 }} {{ (-1) ** 9223372036854775807 }} {{ 0 ** 0 }}"))
        .isEqualTo("4052555153018976267 -1 1");
    assertThat(render("{{ {'a': 1, 'b': [1.0]} == {'b': [1], 'a': 1} }}")).isEqualTo("True");
    assertThat(render("{{ range(9, 0, 100000) | length }}{{ range(9, 0) | length }}"))
        .isEqualTo("00");
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
