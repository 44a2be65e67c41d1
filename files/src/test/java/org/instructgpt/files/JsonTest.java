package org.instructgpt.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": 1, \"a\": 2}", "{\"a\": 1} {}", "{\"a\": 1"})
  void strictRefusesKeysThatStandTwiceAndWhatFollowsTheValue(String json) {
    assertThatThrownBy(() -> Json.STRICT.readTree(json))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void lenientTakesTheLastOfTwoKeys() throws JsonProcessingException {
    assertThat(Json.LENIENT.readTree("{\"a\": 1, \"a\": 2} ").path("a").asInt()).isEqualTo(2);
  }
}
