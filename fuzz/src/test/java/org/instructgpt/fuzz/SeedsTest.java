package org.instructgpt.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That the fuzzer begins with good files: at least one of each kind is read to its end.
class SeedsTest {
  @TempDir private Path folder;

  @Test
  void ofEveryKindAFileIsReadWithoutARefusal() throws IOException {
    var root = System.getProperty("instructgpt.root", "..");
    Seeds.main(new String[] {root, folder.resolve("seeds").toString()});
    for (var kind : ForeignFile.values()) {
      var place = Surroundings.of(kind, folder.resolve(kind.word()));
      var refusals = new ArrayList<String>();
      int read = 0;
      try (var seeds = Files.list(folder.resolve("seeds").resolve(kind.word()))) {
        for (var seed : seeds.sorted().toList()) {
          kind.write(Files.readAllBytes(seed), place);
          try {
            kind.reader().read(place);
            read++;
          } catch (IllegalArgumentException e) {
            refusals.add(String.valueOf(e.getMessage()));
          }
        }
      }
      assertThat(read).as("%s: files read; refused were %s", kind, refusals).isPositive();
    }
  }
}
