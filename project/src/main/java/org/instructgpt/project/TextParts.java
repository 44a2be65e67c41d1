package org.instructgpt.project;

import java.io.IOException;
import java.io.Reader;
import java.util.function.Consumer;

/// Cuts a document into parts of about 32,000 characters while it is read, so that it may be longer
/// than a string can be.
///
/// A part ends at the end of a paragraph; where the next 32,000 characters have none, before the
/// next space; where half a million characters have none either, at a line feed or wherever it is.
/// Line ends become line feeds, a byte order mark and the space around parts go.
final class TextParts {
  static final int PART = 32_000;

  /// How far the next space is looked for.
  private static final int FARTHEST = 16 * PART;

  private final Reader reader;
  private final char[] block = new char[1 << 14];
  private final StringBuilder text = new StringBuilder();
  private boolean ended;
  private boolean begun;
  private boolean afterReturn;

  private TextParts(Reader reader) {
    this.reader = reader;
  }

  /// Hands on the parts of a document in their order, each as soon as it is known.
  static void of(Reader document, Consumer<String> parts) throws IOException {
    new TextParts(document).cut(parts);
  }

  private void cut(Consumer<String> parts) throws IOException {
    for (int end = next(); end > 0; end = next()) {
      var part = text.substring(0, end).strip();
      text.delete(0, end);
      if (!part.isEmpty()) {
        parts.accept(part);
      }
    }
  }

  /// Where the part ends that begins what is left; 0 if nothing is.
  private int next() throws IOException {
    fill(3 * PART);
    if (ended && trimmed() <= 2 * PART) {
      return text.length();
    }
    int paragraph = text.indexOf("\n\n", PART);
    if (paragraph >= 0 && paragraph <= 2 * PART) {
      return paragraph;
    }
    int space = text.indexOf(" ", PART);
    while (space < 0 && !ended && text.length() < FARTHEST) {
      fill(2 * text.length());
      space = text.indexOf(" ", PART);
    }
    if (space >= 0 || text.length() <= FARTHEST) {
      return space >= 0 ? space : text.length();
    }
    int line = text.lastIndexOf("\n", FARTHEST - 1);
    boolean split = Character.isLowSurrogate(text.charAt(FARTHEST));
    return line > PART ? line : FARTHEST - (split ? 1 : 0);
  }

  /// Reads on until there are so many characters, or no more.
  private void fill(int wanted) throws IOException {
    while (!ended && text.length() < wanted) {
      int count = reader.read(block);
      ended = count < 0;
      for (int i = 0; i < count; i++) {
        add(block[i]);
      }
    }
  }

  private void add(char c) {
    boolean pair = afterReturn && c == '\n';
    afterReturn = c == '\r';
    boolean mark = !begun && c == '\uFEFF';
    if (!pair && !mark && (begun || !Character.isWhitespace(c))) {
      text.append(c == '\r' ? '\n' : c);
      begun = true;
    }
  }

  /// Characters before the space at the end.
  private int trimmed() {
    int end = text.length();
    while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }
}
