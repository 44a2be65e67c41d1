package org.instructgpt.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignTextsTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("config.json");
  }

  @Test
  void aTextIsReadWithoutItsByteOrderMark() throws IOException {
    Files.writeString(file, "\uFEFF{\"a\": \"\u00e9\"}");
    assertThat(ForeignTexts.read(file)).isEqualTo("{\"a\": \"\u00e9\"}");
    assertThat(ForeignTexts.json(file, Json.STRICT).path("a").asText()).isEqualTo("\u00e9");
  }

  @Test
  void anotherEncodingIsRefusedWithItsPlace() throws IOException {
    Files.write(file, "{\"a\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ForeignTexts.read(file))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("config.json: expected UTF-8 text, found other bytes from byte 7");
    Files.write(file, "{}".getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> ForeignTexts.json(file, Json.LENIENT))
        .hasMessageContaining("from byte 0 on");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": NaN} |, line 1: expected a whole JSON value: found NaN, which JSON has no word for",
        "{\"a\": {  |, line 1: expected a whole JSON value: it breaks off before its end",
        "`{\n\"a\" 1}` |, line 2: expected a whole JSON value: Unexpected character ('1' (code 49)): was expecting a colon",
        "[1] |: expected a JSON object, found array",
        "`` |: expected a JSON object, found nothing",
      })
  void whatIsWrongWithAFileIsToldWithTheLineAndInNoProgrammersWords(String json, String told)
      throws IOException {
    var file = Files.writeString(folder.resolve("x.json"), json);
    assertThatThrownBy(() -> ForeignTexts.object(file, Json.LENIENT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + told)
        .message()
        .doesNotContain("Source", "enable", "\n");
  }

  @Test
  void aFileThatIsNoTextIsNamed() throws IOException {
    var file = Files.write(folder.resolve("x.json"), new byte[] {'{', (byte) 0xC3, '}'});
    assertThatThrownBy(() -> ForeignTexts.object(file, Json.LENIENT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ": expected UTF-8 text");
    assertThatThrownBy(() -> ForeignTexts.object(folder, Json.LENIENT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder + ": expected a file, found a folder");
  }

  @Test
  void aFileThatIsTooLongIsRefusedUnread() throws IOException {
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(3L << 30);
    }
    assertThatThrownBy(() -> ForeignTexts.read(file))
        .hasMessageContaining("at most 100000000 bytes, found 3221225472");
  }
}
