package org.instructgpt.recipe;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Reads YAML into [YamlNode]s that know their line. Jackson's tree would lose the lines, and its
/// binding would stop at the first mistake with a message about Java classes.
final class YamlReader {

  private final JsonParser parser;
  private final IntFunction<String> place;

  private YamlReader(JsonParser parser, IntFunction<String> place) {
    this.parser = parser;
    this.place = place;
  }

  /// The document of a file.
  ///
  /// @throws IllegalArgumentException when it is not YAML or writes a key twice, with the line
  /// @throws IOException when the file cannot be read
  static YamlNode file(Path file) throws IOException {
    try {
      return text(Files.readString(file), file.toString());
    } catch (CharacterCodingException broken) {
      throw new IllegalArgumentException(
          file + ": expected UTF-8 text, found other bytes: save it as UTF-8", broken);
    }
  }

  /// The document in `text`, which came from the file `name`.
  static YamlNode text(String text, String name) {
    return read(text, line -> name + ", line " + line);
  }

  /// The one value spelled in a flag; the place of every part of it is `where`.
  static YamlNode value(String text, String where) {
    return read(text, _ -> where);
  }

  private static YamlNode read(String text, IntFunction<String> place) {
    try (var parser = new YAMLFactory().createParser(text)) {
      var token = parser.nextToken();
      var yaml = new YamlReader(parser, place);
      return token == null ? new YamlNode.Scalar(place.apply(1), null) : yaml.node(token);
    } catch (JsonProcessingException e) {
      var at = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      var problem = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
      throw new IllegalArgumentException(place.apply(at) + ": not YAML: " + problem, e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from a string does not fail", e);
    }
  }

  private YamlNode node(@Nullable JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> section();
      case START_ARRAY -> sequence();
      case VALUE_NULL -> new YamlNode.Scalar(where(), null);
      case null, default -> new YamlNode.Scalar(where(), parser.getText());
    };
  }

  private YamlNode section() throws IOException {
    var where = where();
    var entries = new LinkedHashMap<String, YamlNode>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var key = parser.currentName();
      var at = where();
      if (entries.put(key, node(parser.nextToken())) != null) {
        throw new IllegalArgumentException(
            at + ": the key \"" + key + "\" is written a second time; keep one of the two");
      }
    }
    return new YamlNode.Section(where, entries);
  }

  private YamlNode sequence() throws IOException {
    var where = where();
    var items = new ArrayList<YamlNode>();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      items.add(node(token));
    }
    return new YamlNode.Sequence(where, items);
  }

  private String where() {
    return place.apply(parser.currentTokenLocation().getLineNr());
  }
}
