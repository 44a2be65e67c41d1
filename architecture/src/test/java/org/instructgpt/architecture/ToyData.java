package org.instructgpt.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Text, demonstrations and rankings made of a dozen words, enough to run every stage in seconds.
final class ToyData {
  private static final List<String> WORDS =
      List.of(
          "the", "cat", "dog", "sees", "hears", "a", "small", "red", "house", "and", "runs",
          "away");

  private ToyData() {}

  /// Writes `text.txt`, `demonstrations.jsonl` and `rankings.jsonl`.
  static void write(Path folder) throws IOException {
    var random = new Random(5);
    Files.writeString(
        folder.resolve("text.txt"),
        IntStream.range(0, 400)
            .mapToObj(_ -> words(random, 12))
            .collect(Collectors.joining(".\n\n")));
    Files.write(
        folder.resolve("demonstrations.jsonl"),
        IntStream.range(0, 60)
            .mapToObj(i ->
                "{\"prompt\": \"Say %d: %s\", \"completion\": \"%s\"}"
                    .formatted(i, words(random, 4), words(random, 5)))
            .toList());
    Files.write(
        folder.resolve("rankings.jsonl"),
        IntStream.range(0, 60)
            .mapToObj(i ->
                "{\"prompt\": \"Ask %d: %s\", \"completions\": [\"%s\", \"%s\", \"%s\", \"%s\"], \"ranks\": [%d, 2, 3, 3]}"
                    .formatted(
                        i,
                        words(random, 4),
                        words(random, 2),
                        words(random, 4),
                        words(random, 6),
                        words(random, 8),
                        1 + i % 2))
            .toList());
  }

  private static String words(Random random, int count) {
    return IntStream.range(0, count)
        .mapToObj(_ -> WORDS.get(random.nextInt(WORDS.size())))
        .collect(Collectors.joining(" "));
  }
}
