package org.instructgpt.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;

/// Who may ask: everybody, or those who send one of some keys.
///
/// Keys are compared by their hashes, so that the time of a comparison tells nothing about them.
public final class ApiKeys {
  /// Everybody may ask.
  public static final ApiKeys NONE = new ApiKeys(Map.of());

  private static final int SHORTEST = 20;
  private static final Client ANYBODY =
      new Client("anybody", OptionalInt.empty(), OptionalInt.empty());
  private static final List<String> FIELDS =
      List.of("name", "key", "sha256", "requests_per_minute", "tokens_per_minute");

  private final Map<String, Client> byHash;

  private ApiKeys(Map<String, Client> byHash) {
    this.byHash = Map.copyOf(byHash);
  }

  /// Whoever has a key.
  ///
  /// @param name for the log and the metrics
  /// @param requestsPerMinute the most; empty for any number
  /// @param tokensPerMinute the most of prompts and completions together; empty for any number
  public record Client(String name, OptionalInt requestsPerMinute, OptionalInt tokensPerMinute) {}

  /// The keys of a file: a JSON object in each line, `{"name": "team", "key": "...",
  /// "requests_per_minute": 60, "tokens_per_minute": 100000}`. In place of the key its SHA-256 may
  /// stand (`"sha256"`, 64 hexadecimal digits); limits may be left out; empty lines and those that
  /// begin with `#` are skipped.
  ///
  /// @throws IllegalArgumentException with file and line, if one is not as expected
  public static ApiKeys read(Path file) throws IOException {
    var keys = new LinkedHashMap<String, Client>();
    int number = 0;
    for (var line : ForeignTexts.read(file).lines().toList()) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        try {
          add(line, keys);
        } catch (IllegalArgumentException wrong) {
          throw new IllegalArgumentException(
              "%s: line %d: %s".formatted(file, number, wrong.getMessage()), wrong);
        }
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          file + ": expected a key in each line, found none; leave --keys out to serve everybody");
    }
    return new ApiKeys(keys);
  }

  private static void add(String line, Map<String, Client> keys) {
    ObjectNode object;
    try {
      object = (ObjectNode) Json.STRICT.readTree(line);
    } catch (IOException | ClassCastException _) {
      throw new IllegalArgumentException(
          "expected a JSON object such as {\"name\": \"team\", \"key\": \"...\"}, found another text");
    }
    object
        .fieldNames()
        .forEachRemaining(name -> {
          if (!FIELDS.contains(name)) {
            throw new IllegalArgumentException(
                "expected the fields %s, found '%s'".formatted(String.join(", ", FIELDS), name));
          }
        });
    var name = object.path("name").asText();
    if (name.isBlank()) {
      throw new IllegalArgumentException(
          "name: expected a name for whoever has the key, found none");
    }
    var client =
        new Client(name, count(object, "requests_per_minute"), count(object, "tokens_per_minute"));
    if (keys.put(hash(object), client) != null) {
      throw new IllegalArgumentException("the key of %s stands here twice".formatted(name));
    }
  }

  private static String hash(ObjectNode object) {
    if (object.has("sha256") == object.has("key")) {
      throw new IllegalArgumentException("expected either key or sha256, found both or none");
    }
    if (object.has("sha256")) {
      var hash = object.path("sha256").asText();
      if (!hash.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "sha256: expected 64 hexadecimal digits in lower case, found another text");
      }
      return hash;
    }
    var key = object.path("key").asText();
    if (!key.matches("[!-~]{%d,200}".formatted(SHORTEST))) {
      throw new IllegalArgumentException(
          "key: expected %d to 200 visible ASCII characters, found %d characters"
              .formatted(SHORTEST, key.length()));
    }
    return sha256(key);
  }

  private static OptionalInt count(ObjectNode object, String field) {
    var value = object.path(field);
    if (value.isMissingNode()) {
      return OptionalInt.empty();
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
      throw new IllegalArgumentException(
          field + ": expected a whole number of 1 or more, found " + value);
    }
    return OptionalInt.of(value.intValue());
  }

  private static String sha256(String key) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// Whoever sends a key; empty where nobody has it.
  Optional<Client> client(Optional<String> key) {
    if (byHash.isEmpty()) {
      return Optional.of(ANYBODY);
    }
    return key.map(ApiKeys::sha256).map(byHash::get);
  }
}
