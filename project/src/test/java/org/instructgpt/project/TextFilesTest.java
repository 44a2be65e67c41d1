package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFilesTest {
  private static final PrintWriter NOBODY = new PrintWriter(PrintWriter.nullWriter());

  @Test
  void ofTheOnlyDocumentTheEndIsHeldOutAndNotLearned(@TempDir Path folder) throws IOException {
    var text = folder.resolve("numbers.txt");
    var numbers = new StringBuilder();
    for (int i = 0; i < 900; i++) {
      numbers.append(i).append(i % 9 == 8 ? '\n' : ' ');
    }
    Files.writeString(text, numbers);
    var found = TextFiles.read(List.of(text), NOBODY);
    assertThat(found.training()).hasSize(1);
    assertThat(found.validation()).hasSize(1);
    assertThat(found.training().getFirst() + "\n" + found.validation().getFirst())
        .isEqualTo(numbers.toString().strip());
    assertThat(found.validation().getFirst().length()).isBetween(300, 600);
    Files.writeString(text, "x");
    assertThatThrownBy(() -> TextFiles.read(List.of(text), NOBODY))
        .hasMessageContaining("expected text enough to hold some out for validation, found 1");
  }
}
