package org.instructgpt.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Prints a table of the modules, as Markdown: lines and files of Java (main and test sources), the
/// largest file, public types (nested ones included) and the longest cycle of files, which is the
/// size of the largest group of files of a module that all reach each other by the names they use;
/// that a sealed type names its kinds does not count.
///
/// It reads sources only, so that it counts any state of the project: `java
/// architecture/src/test/java/org/instructgpt/architecture/ModuleTable.java [FOLDER]`.
final class ModuleTable {

  private static final Pattern NO_CODE =
      Pattern.compile(
          "\"\"\"[\\s\\S]*?\"\"\"|permits [^{]*|\"(?:[^\"\\\\\n]|\\\\.)*+\"|//[^\n]*|/\\*.*?\\*/",
          Pattern.DOTALL);
  private static final Pattern TYPE =
      Pattern.compile(
          "^( *)((?:(?:public|private|protected|static|final|sealed|abstract|non-sealed) )*)"
              + "(?:class|record|interface|@interface|enum) (\\w+)",
          Pattern.MULTILINE);
  private static final Pattern NAME = Pattern.compile("(?<![\\w.])[A-Z]\\w*");

  private ModuleTable() {}

  public static void main(String[] arguments) throws IOException {
    var root = Path.of(arguments.length > 0 ? arguments[0] : ".");
    System.out.println(
        "| module | lines | files | test lines | largest file | public types | longest cycle |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (Path module : modules(root)) {
      System.out.println(row(module));
    }
  }

  private static List<Path> modules(Path root) throws IOException {
    try (var folders = Files.list(root)) {
      return folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))).sorted().toList();
    }
  }

  private static String row(Path module) throws IOException {
    var main = sources(module.resolve("src/main/java"));
    var tests = sources(module.resolve("src/test/java"));
    var largest = main.entrySet().stream().max(Comparator.comparing(e -> lines(e.getValue())));
    return "| %s | %,d | %d | %,d | %s | %d | %s |"
        .formatted(
            module.getFileName(),
            main.values().stream().mapToInt(ModuleTable::lines).sum(),
            main.size(),
            tests.values().stream().mapToInt(ModuleTable::lines).sum(),
            largest.map(e -> e.getKey() + " " + lines(e.getValue())).orElse("none"),
            main.values().stream().mapToLong(ModuleTable::publicTypes).sum(),
            longestCycle(main));
  }

  /// The text of each Java file by its simple name; package descriptions aside.
  private static Map<String, String> sources(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return Map.of();
    }
    try (var files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.endsWith("package-info.java"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  ModuleTable::text,
                  (one, other) -> one + other,
                  TreeMap::new));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int lines(String text) {
    return (int) text.lines().count();
  }

  private static long publicTypes(String text) {
    return types(text).filter(type -> type.group(2).contains("public ")).count();
  }

  private static Stream<MatchResult> types(String text) {
    return TYPE.matcher(NO_CODE.matcher(text).replaceAll("")).results();
  }

  private static int longestCycle(Map<String, String> files) {
    Map<String, Set<String>> uses = new TreeMap<>();
    files.forEach((name, text) -> uses.put(name, usedBy(name, text, files.keySet())));
    return uses.keySet().stream()
        .mapToInt(file -> {
          var around =
              Reach.of(file, uses::get).stream().filter(f -> Reach.of(f, uses::get).contains(file));
          return (int) around.count();
        })
        .max()
        .orElse(0);
  }

  private static Set<String> usedBy(String file, String text, Set<String> files) {
    Set<String> own = types(text).map(type -> type.group(3)).collect(Collectors.toSet());
    return NAME.matcher(NO_CODE.matcher(text).replaceAll(""))
        .results()
        .map(MatchResult::group)
        .filter(name -> files.contains(name) && !name.equals(file) && !own.contains(name))
        .collect(Collectors.toSet());
  }
}
