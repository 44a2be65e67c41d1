package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Parsing of forms as browsers send them.
class FormTest {

  @Test
  void fieldsKeepTheirOrderAndTheirValues() {
    assertThat(Form.parse("b=2&a=1&b=3&empty=&bare&%E4%BD%A0=%F0%9F%99%82+x"))
        .isEqualTo(
            Map.of(
                "b", List.of("2", "3"),
                "a", List.of("1"),
                "empty", List.of(""),
                "bare", List.of(""),
                "你", List.of("🙂 x")));
    assertThat(Form.parse("")).isEmpty();
  }

  @Test
  void lineEndsBecomeNewlines() {
    assertThat(Form.parse("t=a%0D%0Ab%0Dc%0A")).containsEntry("t", List.of("a\nb\rc\n"));
  }

  @Test
  void aHexNumberMayEndTheText() {
    assertThat(Form.parse("a=%41")).containsEntry("a", List.of("A"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%C3", "a=%ED%A0%80", "%00%=1"})
  void aMalformedFormIsRefused(String form) {
    assertThatThrownBy(() -> Form.parse(form)).isInstanceOf(ApiError.class);
  }

  @Test
  void moreThanAThousandFieldsAreRefused() {
    assertThat(Form.parse("a=1&".repeat(999) + "a=1")).containsKey("a");
    assertThatThrownBy(() -> Form.parse("a=1&".repeat(1000) + "a=1")).isInstanceOf(ApiError.class);
  }
}
