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

/// The labeling instructions by version: helpfulness comes first for training data, truthfulness
/// and harmlessness for evaluation (paper section 3.4, App. B.2).
///
/// Each version is one file per language, which never changes: every annotation names the version
/// that it was made under, so a change is a new version.
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

  /// A version as HTML; empty for an unknown one, such as one from a newer release of the program.
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
