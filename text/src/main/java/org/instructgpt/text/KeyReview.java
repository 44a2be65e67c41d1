package org.instructgpt.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which keys of a JSON file of other programs are obeyed, ignored or refused.
///
/// An ignored key may be the one that changes what a model computes, so every known key is listed
/// as obeyed, harmless or refused, and an unknown key is refused too. Values that switch nothing on
/// (null, false, 0, empty texts and lists) are accepted with any key.
public final class KeyReview {
  private final String file;
  private final Map<String, Key> known = new LinkedHashMap<>();

  /// What is done with a key.
  public enum Use {
    /// The program does what the key says.
    OBEYED,
    /// It cannot change what the program computes.
    HARMLESS,
    /// The program cannot do what the key says.
    REFUSED
  }

  /// A key.
  ///
  /// @param note what the key says and how it is used, for the documentation
  public record Key(String name, Use use, String note) {}

  private KeyReview(String file) {
    this.file = file;
  }

  /// No keys yet.
  ///
  /// @param file how the file is called
  public static KeyReview of(String file) {
    return new KeyReview(file);
  }

  /// Adds a key that is obeyed.
  public KeyReview obeyed(String name, String note) {
    return add(Use.OBEYED, note, name);
  }

  /// Adds keys that cannot change the result.
  public KeyReview harmless(String note, String... names) {
    return add(Use.HARMLESS, note, names);
  }

  /// Adds keys that are refused with the note, which says why and what to do.
  public KeyReview refused(String note, String... names) {
    return add(Use.REFUSED, note, names);
  }

  private KeyReview add(Use use, String note, String... names) {
    for (String name : names) {
      if (known.put(name, new Key(name, use, note)) != null) {
        throw new IllegalStateException(file + " has the key " + name + " twice");
      }
    }
    return this;
  }

  /// All known keys.
  public List<Key> all() {
    return List.copyOf(known.values());
  }

  /// Checks the keys of an object.
  ///
  /// @param path of the file, for messages
  /// @param inside what to put before a key's name, such as `model.`; empty at the top
  /// @throws IllegalArgumentException naming every key that is refused, with what to do
  public void check(Path path, String inside, JsonNode object) {
    var refused = new ArrayList<String>();
    object
        .properties()
        .forEach(entry -> {
          var key = known.get(entry.getKey());
          if (!isOff(entry.getValue()) && (key == null || key.use == Use.REFUSED)) {
            refused.add(
                "%s is %s: %s"
                    .formatted(
                        inside + entry.getKey(),
                        shortened(entry.getValue()),
                        key == null
                            ? "this key is unknown, and it may change the result; if the result does not depend on it, take it out of the file"
                            : key.note));
          }
        });
    if (!refused.isEmpty()) {
      throw new IllegalArgumentException(
          refused.size() == 1
              ? path + ": " + refused.getFirst()
              : path + ":\n  " + String.join("\n  ", refused));
    }
  }

  private static boolean isOff(JsonNode value) {
    return value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isNumber() && value.doubleValue() == 0)
        || (value.isTextual() && value.textValue().isEmpty())
        || (value.isContainerNode() && value.isEmpty());
  }

  private static String shortened(JsonNode value) {
    var text = value.toString();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  /// The keys as a Markdown table: those with the same note in one row.
  public String table() {
    var rows = new LinkedHashMap<List<String>, List<String>>();
    known
        .values()
        .forEach(key -> {
          var row = List.of(key.use.name().toLowerCase(java.util.Locale.ROOT), key.note);
          rows.computeIfAbsent(row, _ -> new ArrayList<>()).add("`" + key.name + "`");
        });
    var table = new StringBuilder("| key | | |\n|---|---|---|\n");
    rows.forEach((row, names) ->
        table.append(
            "| %s | %s | %s |\n"
                .formatted(String.join(", ", names), row.getFirst(), row.getLast())));
    return table.toString();
  }
}
