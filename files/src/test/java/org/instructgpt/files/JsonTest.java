package org.instructgpt.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": 1, \"a\": 2}", "{\"a\": 1} {}", "{\"a\": 1"})
  void strictRefusesKeysThatStandTwiceAndWhatFollowsTheValue(String json) {
    assertThatThrownBy(() -> Json.STRICT.readTree(json))
        .isInstanceOf(JsonProcessingException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": NaN} | is not JSON: line 1: expected a value, found NaN, which JSON has no word for",
        "{\"a\": {  | is not JSON: line 1: it breaks off before its end",
        "`{\n\"a\" 1}` | is not JSON: line 2: Unexpected character ('1' (code 49)): was expecting a colon",
        "[1] | : expected a JSON object, found array",
        "`` | : expected a JSON object, found nothing",
      })
  void whatIsWrongWithAFileIsToldWithTheLineAndInNoProgrammersWords(String json, String told)
      throws IOException {
    var file = Files.writeString(folder.resolve("x.json"), json);
    assertThatThrownBy(() -> Json.object(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + (told.startsWith(":") ? "" : " ") + told)
        .message()
        .doesNotContain("Source", "enable", "\n");
  }

  @Test
  void aFileThatIsNoTextIsNamed() throws IOException {
    var file = Files.write(folder.resolve("x.json"), new byte[] {'{', (byte) 0xC3, '}'});
    assertThatThrownBy(() -> Json.object(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ": expected UTF-8 text");
    assertThatThrownBy(() -> Json.object(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder + ": expected a file, found a folder");
  }

  @Test
  void lenientTakesTheLastOfTwoKeys() throws JsonProcessingException {
    assertThat(Json.LENIENT.readTree("{\"a\": 1, \"a\": 2} ").path("a").asInt()).isEqualTo(2);
  }
}
