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

/// What the site says, in its two languages: an area's own words, then the site's.
///
/// The words are patterns of [MessageFormat] in UTF-8; an apostrophe is written ’, since ' quotes.
final class Messages {
  static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.CHINESE);

  private final Map<Locale, Map<String, String>> words;
  private final Optional<Messages> rest;

  private Messages(Map<Locale, Map<String, String>> words, Optional<Messages> rest) {
    this.words = words;
    this.rest = rest;
  }

  static Messages of(SiteArea area, Optional<Messages> rest) {
    return of(area.owner(), area::resource, rest);
  }

  /// Those of the site itself.
  static Messages of(Class<?> owner) {
    return of(owner, file -> file, Optional.empty());
  }

  private static Messages of(Class<?> owner, UnaryOperator<String> place, Optional<Messages> rest) {
    return new Messages(
        LANGUAGES.stream()
            .collect(Collectors.toUnmodifiableMap(l -> l, l -> read(owner, place.apply(file(l))))),
        rest);
  }

  /// What the key says; the key itself where nobody wrote a text, so that a page still shows.
  String say(Locale language, String key, Object... arguments) {
    return pattern(language, key).map(p -> format(p, language, arguments)).orElse(key);
  }

  boolean has(String key) {
    return pattern(Locale.ENGLISH, key).isPresent();
  }

  Map<String, String> words(Locale language) {
    return words.getOrDefault(language, Map.of());
  }

  /// The best of our languages for what a browser asks for, English when it asks for nothing.
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

  /// One of our languages by its code, `en` or `zh`.
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
        .or(() -> rest.flatMap(texts -> texts.pattern(language, key)));
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
