package org.instructgpt.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Finds queries of the tables of `records` in the sources of other modules. Bytecode does not tell
/// a query from another text, so the sources are read. `bench` is left out: it counts from outside
/// what a killed program has kept.
final class StoreQueries {

  private static final Pattern TABLE = Pattern.compile("CREATE TABLE (\\w+)");
  private static final Pattern TEXT =
      Pattern.compile("\"\"\"[\\s\\S]*?\"\"\"|\"(?:[^\"\\\\\n]|\\\\.)*+\"");

  private StoreQueries() {}

  /// Each query as "FILE: FROM table".
  static List<String> outsideOfRecords(Path root) throws IOException {
    var tables = tables(root);
    List<String> found = new ArrayList<>();
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(StoreQueries::isSource).toList()) {
        if (!file.startsWith(root.resolve("records")) && !file.startsWith(root.resolve("bench"))) {
          in(Files.readString(file), tables)
              .forEach(query -> found.add(root.relativize(file) + ": " + query));
        }
      }
    }
    return found;
  }

  private static boolean isSource(Path file) {
    return file.toString().replace('\\', '/').contains("/src/main/java/")
        && file.toString().endsWith(".java");
  }

  private static List<String> tables(Path root) throws IOException {
    var migrations = root.resolve("records/src/main/resources/org/instructgpt/records/migrations");
    List<String> tables = new ArrayList<>();
    try (var files = Files.list(migrations)) {
      for (Path file : files.toList()) {
        TABLE.matcher(Files.readString(file)).results().forEach(t -> tables.add(t.group(1)));
      }
    }
    return tables;
  }

  /// The queries of some tables in the literal texts of a source.
  static List<String> in(String source, List<String> tables) {
    var query =
        Pattern.compile(
            "(?i)\\b(?:from|join|into|update)\\s+(?:" + String.join("|", tables) + ")\\b");
    return TEXT.matcher(source)
        .results()
        .map(MatchResult::group)
        .flatMap(text -> query.matcher(text).results())
        .map(MatchResult::group)
        .toList();
  }
}
