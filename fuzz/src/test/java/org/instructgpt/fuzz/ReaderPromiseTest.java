package org.instructgpt.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That a broken promise is seen.
class ReaderPromiseTest {
  @TempDir private Path folder;

  private void check(ForeignFile.Reader reader) {
    ReaderPromise.check(reader, folder);
  }

  @Test
  void aFileThatIsReadOrRefusedWithItsNameKeepsIt() {
    assertThatCode(() -> check(_ -> {})).doesNotThrowAnyException();
    assertThatCode(() ->
            check(place -> {
              throw new IllegalArgumentException(place.resolve("config.json") + ": expected");
            }))
        .doesNotThrowAnyException();
  }

  @Test
  void anAccidentBreaksIt() {
    assertThatThrownBy(() -> check(_ -> Integer.parseInt("x")))
        .isInstanceOf(AssertionError.class)
        .hasCauseInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> check(_ -> " ".repeat(-1)))
        .hasMessageContaining("not an exception of the reader's own");
    assertThatThrownBy(() -> check(place -> Files.readString(place.resolve("none"))))
        .hasMessageContaining("not an exception of the reader's own");
    assertThatThrownBy(() ->
            check(_ -> {
              throw new IOException("broken");
            }))
        .hasMessageContaining("not an exception of the reader's own");
  }

  @Test
  void anErrorWithoutAPlaceBreaksIt() {
    assertThatThrownBy(() ->
            check(_ -> {
              throw new IllegalArgumentException("no such key");
            }))
        .hasMessageContaining("does not say in which file: no such key");
  }

  @Test
  void aMemoryBombBreaksIt() {
    assertThatThrownBy(() ->
            check(_ -> {
              for (int i = 0; i < 101; i++) {
                var _ = new byte[10_000_000];
              }
            }))
        .hasMessageMatching("a small file took .* 1,01\\d,\\d{3},\\d{3} bytes");
  }

  @Test
  void partsOfAnInputAreFilesAndNoneOfAnotherInputRemains() throws IOException {
    var kind = ForeignFile.ADAPTER;
    kind.write("{}\0ab\0c".getBytes(StandardCharsets.UTF_8), folder);
    assertThatCode(
            () -> {
              check(place -> {
                assertFile("adapter_config.json", "{}");
                assertFile("adapter_model.safetensors", "ab\0c");
              });
              kind.write("x".getBytes(StandardCharsets.UTF_8), folder);
            })
        .doesNotThrowAnyException();
    assertFile("adapter_config.json", "x");
    org.assertj.core.api.Assertions.assertThat(folder.resolve("adapter_model.safetensors"))
        .doesNotExist();
  }

  private void assertFile(String name, String content) throws IOException {
    org.assertj.core.api.Assertions.assertThat(folder.resolve(name)).hasContent(content);
  }
}
