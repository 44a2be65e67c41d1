package org.instructgpt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/// What the pages say is there: folders, commands, flags, links, classes and tests.
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("instructgpt.root", ".."));
  private static final Path README = ROOT.resolve("README.md");
  private static final Path COMMANDS = ROOT.resolve("docs/commands.md");
  private static final Path PAPER = ROOT.resolve("docs/paper.md");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```\\w*$(.*?)^```$");
  private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`");
  private static final Pattern CALL = Pattern.compile("\\binstructgpt ([a-z][a-z-]*)([^\n`]*)");
  private static final Pattern FLAG = Pattern.compile("(?<=^|[\\s`(])--[a-z][a-z-]*");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern CLASS = Pattern.compile("([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?");

  static List<Path> pages() throws IOException {
    var pages = new ArrayList<>(List.of(README, ROOT.resolve("CHANGELOG.md")));
    try (var docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  static List<Path> pagesOfCommands() {
    return List.of(README, COMMANDS);
  }

  @Test
  void theTreeNamesEveryModuleAndEveryFolder() throws IOException {
    var named = matches(Pattern.compile("(?m)^([.\\w]+)/ +\\S.*$"), fenced(README));
    var modules =
        matches(Pattern.compile("<module>(\\w+)</module>"), read(ROOT.resolve("pom.xml")));
    assertThat(modules).as("modules of pom.xml").isNotEmpty();
    assertThat(named).containsAll(modules).containsAll(folders());
    assertThat(named).allSatisfy(name -> assertThat(ROOT.resolve(name)).isDirectory());
  }

  /// The folders of a fresh clone, whatever a build or somebody who followed the README has made
  /// since; without a repository, all that are not hidden and not made by a build.
  private static Set<String> folders() throws IOException {
    if (!Files.exists(ROOT.resolve(".git"))) {
      try (var entries = Files.list(ROOT)) {
        return visible(
            entries
                .filter(Files::isDirectory)
                .map(folder -> folder.getFileName().toString())
                .filter(name -> !name.matches("target|work.*")));
      }
    }
    var listing = new ProcessBuilder("git", "ls-files").directory(ROOT.toFile()).start();
    try (var paths = listing.inputReader()) {
      var folders =
          visible(
              paths
                  .lines()
                  .filter(path -> path.contains("/"))
                  .map(path -> path.substring(0, path.indexOf('/'))));
      assertThat(folders).as("folders that git knows").isNotEmpty();
      return folders;
    }
  }

  private static Set<String> visible(Stream<String> names) {
    return names
        .filter(name -> !name.startsWith("."))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @MethodSource("pagesOfCommands")
  void everyCommandAndFlagThatIsShownExists(Path page) throws Exception {
    var flags = flags();
    var calls = CALL.matcher(code(page)).results().toList();
    assertThat(calls).isNotEmpty();
    assertThat(calls)
        .allSatisfy(call -> {
          assertThat(flags).containsKey(call.group(1));
          assertThat(flags.get(call.group(1)))
              .as(call.group())
              .containsAll(matches(FLAG, call.group(2)));
        });
    assertThat(union(flags)).containsAll(matches(FLAG, code(page)));
  }

  @Test
  void everyCommandAndFlagThatExistsIsDescribed() throws Exception {
    var text = read(COMMANDS);
    assertThat(matches(Pattern.compile("(?m)^## `([a-z][a-z-]*)`"), text))
        .containsExactlyInAnyOrderElementsOf(flags().keySet());
    assertThat(matches(FLAG, code(COMMANDS))).containsAll(union(flags()));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsToAFile(Path page) throws IOException {
    var links = matches(LINK, FENCE.matcher(read(page)).replaceAll(""));
    links.removeIf(link -> link.matches("https?://.*|#.*"));
    links.removeIf(link -> Files.exists(page.resolveSibling(link.replaceFirst("#.*", ""))));
    assertThat(links).as("links of %s that lead nowhere", page).isEmpty();
  }

  @Test
  void everyClassAndTestNamedForAStatementOrADecisionExists() throws IOException {
    var sources = sources();
    var text = new StringBuilder(read(PAPER));
    for (var page : pages()) {
      text.append(page.getParent().endsWith("decisions") ? read(page) : "");
    }
    var named =
        matches(SPAN, text.toString()).stream().map(CLASS::matcher).filter(Matcher::matches);
    assertThat(named.filter(name -> !isIn(sources, name)).map(MatchResult::group))
        .as("names that no source has")
        .isEmpty();
  }

  private static boolean isIn(Map<String, String> sources, MatchResult name) {
    var source = sources.get(name.group(1));
    return source != null
        && (name.group(2) == null
            || Pattern.compile("\\b" + name.group(2) + "\\b").matcher(source).find());
  }

  /// The sources by the class they are named after; several of one name are joined.
  private static Map<String, String> sources() throws IOException {
    var sources = new TreeMap<String, String>();
    var java = Pattern.compile("[\\w.]+/src/.*?(\\w+)\\.java");
    try (var files = Files.walk(ROOT)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var path = java.matcher(ROOT.relativize(file).toString().replace('\\', '/'));
        if (path.matches()) {
          sources.merge(path.group(1), read(file), String::concat);
        }
      }
    }
    return sources;
  }

  /// The long names of every command's flags, by the command.
  private static Map<String, Set<String>> flags() throws ReflectiveOperationException {
    var flags = new TreeMap<String, Set<String>>();
    commandLine()
        .getSubcommands()
        .forEach((name, command) ->
            flags.put(
                name,
                command.getCommandSpec().options().stream()
                    .map(option -> option.longestName())
                    .collect(Collectors.toCollection(TreeSet::new))));
    return flags;
  }

  /// Not exported by `app`, of which nobody else asks anything.
  private static CommandLine commandLine() throws ReflectiveOperationException {
    var stop = Class.forName("org.instructgpt.app.StopSignals").getDeclaredConstructor();
    stop.setAccessible(true);
    var make =
        Class.forName("org.instructgpt.app.Main")
            .getDeclaredMethod("commandLine", stop.getDeclaringClass(), InstantSource.class);
    make.setAccessible(true);
    return (CommandLine) make.invoke(null, stop.newInstance(), InstantSource.system());
  }

  private static Set<String> union(Map<String, Set<String>> flags) {
    return flags.values().stream()
        .flatMap(Set::stream)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// What a page sets as code, a broken line joined, each piece on a line of its own.
  private static String code(Path page) throws IOException {
    var prose = FENCE.matcher(read(page)).replaceAll("");
    return fenced(page) + "\n" + String.join("\n", matches(SPAN, prose));
  }

  private static String fenced(Path page) throws IOException {
    return String.join("\n", matches(FENCE, read(page))).replaceAll(" *\\\\\n *", " ");
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(ReadmeTest::last).collect(Collectors.toList());
  }

  private static String last(MatchResult match) {
    return match.group(match.groupCount());
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file);
  }
}
