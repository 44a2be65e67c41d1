package org.instructgpt.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.instructgpt.files.ForeignTexts;
import org.instructgpt.files.Json;
import org.instructgpt.files.Sha256;

/// Lets in those who send one of the keys of a file.
///
/// Keys are compared by their hashes, so that the time of a comparison tells nothing about them.
public final class ApiKeys implements ApiAccess {
  private static final int SHORTEST = 20;
  private static final List<String> FIELDS =
      List.of("name", "key", "sha256", "requests_per_minute", "tokens_per_minute", "keep");

  private final Map<String, Client> byHash;

  private ApiKeys(Map<String, Client> byHash) {
    this.byHash = Map.copyOf(byHash);
  }

  /// The keys of a file: a JSON object in each line, `{"name": "team", "key": "...",
  /// "requests_per_minute": 60, "tokens_per_minute": 100000, "keep": "terms-3"}`. In place of the
  /// key its SHA-256 may stand (`"sha256"`, 64 hexadecimal digits); limits may be left out, and
  /// `keep`, the version of the notice to which those agreed whose requests are kept; empty lines
  /// and those that begin with `#` are skipped.
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
        new Client(
            name,
            count(object, "requests_per_minute"),
            count(object, "tokens_per_minute"),
            keeping(object, name));
    if (keys.put(hash(object), client) != null) {
      throw new IllegalArgumentException("the key of %s stands here twice".formatted(name));
    }
  }

  private static Optional<Keeping> keeping(ObjectNode object, String name) {
    var keep = object.path("keep");
    if (keep.isMissingNode()) {
      return Optional.empty();
    }
    if (!keep.isTextual() || keep.textValue().isBlank() || keep.textValue().length() > 100) {
      throw new IllegalArgumentException(
          "keep: expected the version of the notice that was agreed to, in 1 to 100 characters, found "
              + keep);
    }
    if (!name.matches("\\S{1,100}")) {
      throw new IllegalArgumentException(
          "name: expected 1 to 100 characters without spaces, since what it asks is kept under it, found '%s'"
              .formatted(name));
    }
    return Optional.of(new Keeping("key:" + name, keep.textValue(), true));
  }

  /// Whether any key lets requests be kept.
  public boolean keepAny() {
    return byHash.values().stream().anyMatch(client -> client.keeping().isPresent());
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
    return Sha256.of(key);
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

  @Override
  public Optional<Client> client(Optional<String> key) {
    return key.map(Sha256::of).map(byHash::get);
  }
}
