package org.instructgpt.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/// Texts that would run a script, load something or break a page if they were not escaped:
/// `payloads.txt`.
final class Payloads {
  private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9a-f]{4})");

  private Payloads() {}

  static List<String> all() {
    try (var file = Objects.requireNonNull(Payloads.class.getResourceAsStream("payloads.txt"))) {
      var payloads = new ArrayList<String>();
      boolean begun = false;
      for (var line : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (line.startsWith("## ")) {
          begun = true;
        } else if (begun && !line.isBlank()) {
          payloads.add(decoded(line));
        }
      }
      return payloads;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String decoded(String line) {
    return ESCAPE
        .matcher(line)
        .replaceAll(found ->
            java.util.regex.Matcher.quoteReplacement(
                String.valueOf((char) Integer.parseInt(found.group(1), 16))));
  }
}
