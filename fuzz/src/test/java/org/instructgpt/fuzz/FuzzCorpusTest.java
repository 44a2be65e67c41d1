package org.instructgpt.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What was found once, and what reaches every part of a reader that the fuzzer has seen.
class FuzzCorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/corpus");

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  @Timeout(120)
  void aReaderKeepsItsPromiseOnEveryInputOfTheCorpus(ForeignFile kind) throws IOException {
    var inputs = new ArrayList<Path>();
    try (var all = Files.list(CORPUS.resolve(kind.word()))) {
      all.sorted().forEach(inputs::add);
    }
    assertThat(inputs).isNotEmpty();
    var place = Surroundings.of(kind, folder);
    assertThat(inputs)
        .allSatisfy(input -> {
          kind.write(Files.readAllBytes(input), place);
          ReaderPromise.check(kind.reader(), place);
        });
  }
}
