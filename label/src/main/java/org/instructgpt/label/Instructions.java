package org.instructgpt.label;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.instructgpt.label.TaskBatch.Mode;

/// What labelers are told to do, by version: helpfulness first while models are trained,
/// truthfulness and harmlessness first where they are evaluated (paper section 3.4, App. B.2).
///
/// Each version is a file in each language, which never changes: what holds next is a version of
/// its own, since every annotation names the one that it was made under.
public final class Instructions {
  private static final Map<Mode, List<String>> VERSIONS =
      Map.of(Mode.TRAINING, List.of("training-1"), Mode.EVALUATION, List.of("evaluation-1"));

  private final Parser parser = Parser.builder().build();
  private final HtmlRenderer renderer =
      HtmlRenderer.builder().escapeHtml(true).sanitizeUrls(true).build();
  private final Map<String, String> rendered = new ConcurrentHashMap<>();

  /// The version that new batches of a mode get.
  public String newest(Mode mode) {
    return VERSIONS.getOrDefault(mode, List.of()).getLast();
  }

  boolean has(String version) {
    return VERSIONS.values().stream().anyMatch(known -> known.contains(version));
  }

  /// A version as HTML; empty for one that this program does not know, as in a store that a newer
  /// one has written.
  public String html(String version, Locale language) {
    if (!has(version)) {
      return "";
    }
    String file = language.getLanguage().equals("zh") ? version + ".zh.md" : version + ".md";
    return rendered.computeIfAbsent(file, name -> renderer.render(parser.parse(read(name))));
  }

  private static String read(String file) {
    try (InputStream in = Instructions.class.getResourceAsStream("instructions/" + file)) {
      if (in == null) {
        throw new IllegalStateException("expected the instructions " + file + ", found none");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
