package org.instructgpt.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.instructgpt.serve.CompletionStream;
import org.instructgpt.serve.ServedModel;
import org.instructgpt.web.Site;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The texts of the two areas, `label` and `serve`, and who looks them up. A page finds those of
/// its own area and the site's.
class MessagesTest {
  private static final String ENGLISH = "messages.properties";
  private static final String CHINESE = "messages_zh.properties";
  private static final Set<String> LABEL = texts("label", ENGLISH).keySet();
  private static final Set<String> SERVE = texts("serve", ENGLISH).keySet();
  private static final Set<String> SITE = read(Site.class, ENGLISH).keySet();

  private static final Path TEMPLATES = Path.of("src/main/jte");

  /// Words joined by dots. What ends like this is the name of a file.
  private static final Pattern KEY = Pattern.compile("\"([a-z][a-z-]*(?:\\.[A-Za-z0-9_+-]+)+)\"");

  private static final Pattern FILE = Pattern.compile(".*\\.(jsonl|safetensors|key|js)");

  /// The beginning of keys whose end is a value.
  private static final Pattern PREFIX = Pattern.compile("\"([a-z][a-z-]*(?:\\.[a-z-]+)*\\.)\" \\+");

  private static final Pattern PART = Pattern.compile("@template\\.([a-z]+)");

  static Map<String, String> texts(String area, String file) {
    return read(LabelArea.class, area + "/" + file);
  }

  private static Map<String, String> read(Class<?> owner, String file) {
    var texts = new Properties();
    try (var in =
        new InputStreamReader(
            Objects.requireNonNull(owner.getResourceAsStream(file)), StandardCharsets.UTF_8)) {
      texts.load(in);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return texts.stringPropertyNames().stream()
        .collect(Collectors.toMap(key -> key, texts::getProperty));
  }

  @ParameterizedTest
  @ValueSource(strings = {"label", "serve"})
  void bothLanguagesHaveTheSameTextsWithTheSameArguments(String area) {
    var english = texts(area, ENGLISH);
    var chinese = texts(area, CHINESE);
    assertThat(chinese.keySet()).isEqualTo(english.keySet());
    english.forEach((key, text) -> {
      var other = chinese.get(key);
      assertThat(List.of(text, other))
          .as(key)
          .allSatisfy(each -> assertThat(each).isNotBlank().doesNotContain("'"));
      if (key.startsWith("label.js.")) {
        assertThat(scriptArguments(other)).as(key).isEqualTo(scriptArguments(text));
      } else {
        assertThat(arguments(other)).as(key).isEqualTo(arguments(text));
      }
    });
  }

  private static int arguments(String text) {
    return new MessageFormat(text, Locale.ROOT).getFormatsByArgumentIndex().length;
  }

  private static List<String> scriptArguments(String text) {
    return Pattern.compile("%\\d").matcher(text).results().map(r -> r.group()).sorted().toList();
  }

  @Test
  void theAreasShareNoKey() {
    assertThat(LABEL).allMatch(key -> key.startsWith("label.")).doesNotContainAnyElementsOf(SERVE);
    assertThat(SERVE).noneMatch(key -> key.startsWith("label."));
  }

  @Test
  void everyKeyThatIsLookedUpHasAText() {
    var known = new HashSet<String>();
    List.of(LABEL, SERVE, SITE).forEach(known::addAll);
    sources()
        .forEach((file, source) -> {
          assertThat(keys(source)).as(file).allMatch(known::contains);
          assertThat(find(PREFIX, source))
              .as(file)
              .allMatch(prefix -> known.stream().anyMatch(key -> key.startsWith(prefix)));
        });
  }

  @Test
  void aPageLooksUpTextsOfOneAreaOnlyAlsoInItsParts() {
    templates()
        .keySet()
        .forEach(page -> {
          var keys = new TreeSet<String>();
          for (var template : withParts(page)) {
            var source = Objects.requireNonNull(templates().get(template), template);
            keys.addAll(keys(source));
            keys.addAll(find(PREFIX, source));
          }
          keys.removeIf(key -> SITE.contains(key) || beginsOneOfTheSite(key));
          assertThat(keys.stream().map(key -> key.startsWith("label.")).distinct().toList())
              .as("%s looks up %s", page, keys)
              .hasSizeLessThan(2);
        });
  }

  private static boolean beginsOneOfTheSite(String prefix) {
    return prefix.endsWith(".") && SITE.stream().anyMatch(key -> key.startsWith(prefix));
  }

  @Test
  void aClassLooksUpTextsOfOneAreaOnly() {
    java()
        .forEach((file, source) -> {
          var keys = keys(source);
          keys.removeAll(SITE);
          assertThat(keys.stream().map(key -> key.startsWith("label.")).distinct().toList())
              .as("%s looks up %s", file, keys)
              .hasSizeLessThan(2);
        });
  }

  @Test
  void scriptsSayTextsThatTheirPageGivesThem() {
    var said =
        find(Pattern.compile("say\\([\"`]([A-Za-z.-]+)[\"`]"), scripts("serve")).stream().toList();
    assertThat(PlaygroundPage.PHRASES).containsAll(said);
    assertThat(SERVE).containsAll(PlaygroundPage.PHRASES);
    assertThat(find(Pattern.compile("say\\(\"([a-z-]+)\""), scripts("label")))
        .isNotEmpty()
        .allMatch(key -> LABEL.contains("label.js." + key));
  }

  @Test
  void everyStageAndEveryEndOfAnAnswerHasAText() {
    for (var stage : ServedModel.Stage.values()) {
      assertThat(SERVE).contains("stage." + stage, "stage." + stage + ".is");
    }
    for (var finish : CompletionStream.Finish.values()) {
      assertThat(SERVE).contains("finish." + finish);
    }
  }

  private static Set<String> keys(String source) {
    return find(KEY, source).stream()
        .filter(key -> !FILE.matcher(key).matches())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> find(Pattern pattern, String source) {
    return pattern
        .matcher(source)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// A template and all that it includes.
  private static Set<String> withParts(String page) {
    var all = new TreeSet<String>();
    addWithParts(page, all);
    return all;
  }

  private static void addWithParts(String template, Set<String> all) {
    if (all.add(template)) {
      find(PART, Objects.requireNonNull(templates().get(template), template))
          .forEach(part -> addWithParts(part, all));
    }
  }

  private static Map<String, String> templates() {
    return files(TEMPLATES, ".jte");
  }

  private static Map<String, String> java() {
    return files(Path.of("src/main/java"), ".java");
  }

  private static Map<String, String> sources() {
    var all = new TreeMap<>(templates());
    all.putAll(java());
    return all;
  }

  private static String scripts(String area) {
    var folder = Path.of("src/main/resources/org/instructgpt/studio", area, "assets");
    return String.join("\n", files(folder, ".js").values());
  }

  /// The contents of files by name without its end.
  private static Map<String, String> files(Path folder, String end) {
    Function<Path, String> name = file -> String.valueOf(file.getFileName()).replace(end, "");
    try (var files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(end))
          .collect(Collectors.toMap(name, MessagesTest::content));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
