package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The texts of the site in both languages.
class MessagesTest {
  private static final Messages TEXTS = Messages.ofSite();

  @Test
  void bothLanguagesHaveTheSameTextsWithTheSameArguments() {
    var english = TEXTS.words(Locale.ENGLISH);
    var chinese = TEXTS.words(Locale.CHINESE);
    assertThat(chinese.keySet()).isEqualTo(english.keySet());
    english.forEach((key, text) ->
        assertThat(new MessageFormat(chinese.get(key)).getFormatsByArgumentIndex())
            .as(key)
            .hasSameSizeAs(new MessageFormat(text).getFormatsByArgumentIndex()));
  }

  @Test
  void noTextHasAQuotingApostrophe() {
    for (Locale language : Messages.LANGUAGES) {
      TEXTS
          .words(language)
          .forEach((key, text) -> assertThat(text).as(key).isNotBlank().doesNotContain("'", "  "));
    }
  }

  @Test
  void everyKeyThatIsUsedHasATextAndEveryTextIsUsed() throws IOException {
    var used = new TreeSet<String>();
    var roots = List.of(Path.of("src/main/java"), Path.of("src/main/jte"));
    var key = Pattern.compile("\"([a-z-]+(?:\\.[a-z0-9-]+)+|sign-out)\"");
    for (Path root : roots) {
      try (var files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          var matcher = key.matcher(Files.readString(file));
          while (matcher.find()) {
            used.add(matcher.group(1));
          }
        }
      }
    }
    var words = TEXTS.words(Locale.ENGLISH).keySet();
    var prefixes = List.of("role.", "kind.", "refusal.title.", "turn.");
    assertThat(words)
        .allMatch(word ->
            used.contains(word)
                || prefixes.stream().anyMatch(word::startsWith)
                || word.endsWith(".title"));
    assertThat(used).filteredOn(MessagesTest::isKey).allMatch(words::contains);
    for (var kind : AdminPages.Kind.values()) {
      assertThat(words).contains("kind." + kind.word(), "role." + AccountTable.word(kind.role));
    }
  }

  @Test
  void anAreasTextsComeBeforeTheSites() {
    var texts = new SiteArea(MessagesTest.class, List.of(), List.of()).messages(Optional.of(TEXTS));
    assertThat(texts.say(Locale.ENGLISH, "site.copy")).isEqualTo("Copy");
    assertThat(texts.say(Locale.CHINESE, "site.copy")).isEqualTo("复制");
    assertThat(texts.say(Locale.CHINESE, "no.such-key")).isEqualTo("no.such-key");
  }

  @Test
  void numbersAreWrittenAsTheLanguageDoes() {
    assertThat(TEXTS.say(Locale.ENGLISH, "refusal.too-many", 1L))
        .isEqualTo("Too many attempts. Please wait a second.");
    assertThat(TEXTS.say(Locale.ENGLISH, "refusal.too-many", 1234L)).contains("1,234 seconds");
    assertThat(TEXTS.say(Locale.CHINESE, "refusal.too-many", 12L)).isEqualTo("尝试次数过多，请等待 12 秒。");
    assertThat(Messages.time(Locale.ENGLISH, Instant.parse("2026-11-23T09:05:00Z")))
        .contains("Nov 23, 2026", "9:05");
    assertThat(Messages.time(Locale.CHINESE, Instant.parse("2026-11-23T09:05:00Z")))
        .contains("2026年11月23日", "09:05");
  }

  @Test
  void theLanguageIsNegotiatedFromAcceptLanguage() {
    var cases =
        Map.of(
            "zh-CN,zh;q=0.9,en;q=0.8", Locale.CHINESE,
            "zh-Hant-TW", Locale.CHINESE,
            "de-DE,de;q=0.9,zh;q=0.5,en;q=0.4", Locale.CHINESE,
            "de", Locale.ENGLISH,
            "en;q=0.1,zh;q=0.9", Locale.CHINESE,
            "zh;q=0,en", Locale.ENGLISH,
            "*", Locale.ENGLISH,
            "", Locale.ENGLISH,
            ";;;q=,,'<script>", Locale.ENGLISH);
    cases.forEach((header, language) ->
        assertThat(Messages.negotiate(Optional.of(header))).as(header).isEqualTo(language));
    assertThat(Messages.negotiate(Optional.empty())).isEqualTo(Locale.ENGLISH);
  }

  private static boolean isKey(String text) {
    return text.matches("(site|field|sign-in|join|register|account|people|audit|refusal)\\..*");
  }
}
