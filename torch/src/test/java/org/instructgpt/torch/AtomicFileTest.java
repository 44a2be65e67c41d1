package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theOldFileIsReplacedByTheWholeNewOne() throws IOException {
    var path = Files.writeString(folder.resolve("a"), "a long old text");
    AtomicFile.write(
        path,
        channel -> {
          channel.write(bytes("new"));
          assertThat(path).hasContent("a long old text");
        });
    assertThat(path).hasContent("new");
    assertThat(folder).isDirectoryContaining("glob:**/a");
    assertThat(folder.toFile().list()).containsExactly("a");
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    var path = Files.writeString(folder.resolve("a"), "old");
    assertThatThrownBy(() ->
            AtomicFile.write(
                path,
                channel -> {
                  channel.write(bytes("half"));
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device");
    assertThat(path).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("a");
  }

  @Test
  void aNameThatCannotBeTakenLeavesNothing() throws IOException {
    var path = Files.createDirectory(folder.resolve("a"));
    Files.writeString(path.resolve("inside"), "old");
    assertThatThrownBy(() -> AtomicFile.write(path, channel -> channel.write(bytes("new"))))
        .isInstanceOf(IOException.class);
    assertThat(folder.toFile().list()).containsExactly("a");
    assertThat(path.resolve("inside")).hasContent("old");
  }

  @Test
  void whatAKilledWriterLeftIsOverwritten() throws IOException {
    Files.writeString(folder.resolve("a.part"), "a long text of a writer that was killed");
    AtomicFile.write(folder.resolve("a"), channel -> channel.write(bytes("new")));
    assertThat(folder.resolve("a")).hasContent("new");
    assertThat(folder.toFile().list()).containsExactly("a");
  }

  @Test
  void aMissingFolderIsAnError() {
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("no/a"), channel -> {}))
        .isInstanceOf(java.nio.file.NoSuchFileException.class);
  }
}
