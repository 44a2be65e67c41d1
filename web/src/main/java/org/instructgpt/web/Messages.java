package org.instructgpt.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Localized texts in English and Chinese: an area's own, then the site's.
///
/// The texts are patterns of [MessageFormat] in UTF-8; an apostrophe is written ’, since ' quotes.
final class Messages {
  static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.CHINESE);

  private final Map<Locale, Map<String, String>> words;
  private final Optional<Messages> fallback;

  private Messages(Map<Locale, Map<String, String>> words, Optional<Messages> fallback) {
    this.words = words;
    this.fallback = fallback;
  }

  /// The texts of this module, which all areas share.
  static Messages ofSite() {
    return of(Messages.class, file -> file, Optional.empty());
  }

  /// @param owner a class beside which the files lie
  /// @param resource from a file's name to its path from the owner
  /// @param fallback where a key is looked up that these files do not have
  static Messages of(Class<?> owner, UnaryOperator<String> resource, Optional<Messages> fallback) {
    return new Messages(
        LANGUAGES.stream()
            .collect(
                Collectors.toUnmodifiableMap(l -> l, l -> read(owner, resource.apply(file(l))))),
        fallback);
  }

  /// The text of a key; the key itself where there is none, so that the page is still shown.
  String say(Locale language, String key, Object... arguments) {
    return pattern(language, key).map(p -> format(p, language, arguments)).orElse(key);
  }

  boolean has(String key) {
    return pattern(Locale.ENGLISH, key).isPresent();
  }

  Map<String, String> words(Locale language) {
    return words.getOrDefault(language, Map.of());
  }

  /// The best language for an `Accept-Language` header; English without one.
  static Locale negotiate(Optional<String> acceptLanguage) {
    try {
      return acceptLanguage.map(Locale.LanguageRange::parse).orElse(List.of()).stream()
          .filter(range -> range.getWeight() > 0)
          .flatMap(range -> named(range.getRange().split("-", 2)[0]).stream())
          .findFirst()
          .orElse(Locale.ENGLISH);
    } catch (IllegalArgumentException notALanguage) {
      return Locale.ENGLISH;
    }
  }

  /// A language of the site by its code, `en` or `zh`.
  static Optional<Locale> named(String code) {
    return LANGUAGES.stream().filter(language -> language.getLanguage().equals(code)).findFirst();
  }

  static String time(Locale language, Instant moment) {
    return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
        .withLocale(language)
        .withZone(ZoneOffset.UTC)
        .format(moment);
  }

  private Optional<String> pattern(Locale language, String key) {
    return Optional.ofNullable(words(language).get(key))
        .or(() -> fallback.flatMap(messages -> messages.pattern(language, key)));
  }

  private static String format(String pattern, Locale language, Object... arguments) {
    boolean plain = pattern.indexOf('{') < 0 && pattern.indexOf('\'') < 0;
    return plain ? pattern : new MessageFormat(pattern, language).format(arguments);
  }

  private static String file(Locale language) {
    return language.equals(Locale.ENGLISH)
        ? "messages.properties"
        : "messages_" + language.getLanguage() + ".properties";
  }

  private static Map<String, String> read(Class<?> owner, String file) {
    try (InputStream in = owner.getResourceAsStream(file)) {
      if (in == null) {
        return Map.of();
      }
      var properties = new Properties();
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
      return properties.stringPropertyNames().stream()
          .collect(Collectors.toUnmodifiableMap(k -> k, properties::getProperty));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
