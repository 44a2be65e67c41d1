package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.RecordType;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads tables with a header: CSV with commas or semicolons, or TSV.
///
/// All cells are text, so that `007` stays `007`. An empty cell is null, `""` is an empty text, and
/// a cell with a JSON array or object is parsed.
final class CsvRows {
  private static final char[] SEPARATORS = {',', '\t', ';', '|'};
  private static final int LONGEST_CELL = 1 << 25;

  private CsvRows() {}

  /// The separator of the cells, if the file is a table: by its extension, or because its first
  /// line has several short names of which one is known.
  static Optional<Character> separator(String file, byte[] head) {
    String text = new String(head, StandardCharsets.UTF_8).stripLeading();
    int end = text.indexOf('\n');
    String header = (end < 0 ? text : text.substring(0, end)).strip();
    if (header.isEmpty() || header.startsWith("{") || header.startsWith("[")) {
      return Optional.empty();
    }
    String name = file.toLowerCase(Locale.ROOT).replaceAll("\\.(gz|zst|zip)$", "");
    boolean named = name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".tab");
    char best = name.endsWith(".csv") ? ',' : '\t';
    int most = 0;
    for (char separator : SEPARATORS) {
      int many = (int) header.chars().filter(c -> c == separator).count();
      if (many > most) {
        most = many;
        best = separator;
      }
    }
    return named || most > 0 && isHeader(header.split(java.util.regex.Pattern.quote("" + best), -1))
        ? Optional.of(best)
        : Optional.empty();
  }

  private static boolean isHeader(String[] names) {
    return Arrays.stream(names).allMatch(name -> name.length() <= 60)
        && Arrays.stream(names)
            .map(name -> name.strip().replaceAll("^\"|\"$", ""))
            .anyMatch(
                name -> Arrays.stream(FieldRole.values()).anyMatch(role -> role.isCalled(name)));
  }

  static void read(InputStream bytes, char separator, RowVisitor visitor) throws IOException {
    Cells cells = new Cells();
    LastCharacterReader text =
        new LastCharacterReader(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()));
    long line = 1;
    try (CsvReader<Line> reader =
            CsvReader.builder()
                .fieldSeparator(separator)
                .maxBufferSize(LONGEST_CELL)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .build(cells, text);
        CloseableIterator<Line> lines = reader.iterator()) {
      List<String> names = lines.hasNext() ? names(lines.next(), visitor) : List.of();
      boolean wanted = true;
      while (wanted && lines.hasNext()) {
        Line next = lines.next();
        line = next.number();
        boolean open = next.quoted() && !lines.hasNext() && text.last != '"';
        wanted =
            open
                ? visitor.unreadable(
                    line, "CSV", "a quote that is not closed, from here to the end of the file")
                : next.cells().size() == names.size()
                    ? visitor.row(line, "", row(names, next.cells()))
                    : visitor.unreadable(
                        line,
                        "as many cells as the header has names, " + names.size(),
                        String.valueOf(next.cells().size()));
      }
    } catch (UncheckedIOException broken) {
      if (!(broken.getCause() instanceof CharacterCodingException)) {
        throw broken.getCause();
      }
      visitor.unreadable(line, "UTF-8", "bytes that are not; save the table as CSV in UTF-8");
    } catch (CsvParseException broken) {
      visitor.unreadable(line + 1, "CSV", "a quote that is not closed, or more after its end");
    }
  }

  private static List<String> names(Line header, RowVisitor visitor) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < header.cells().size(); i++) {
      String name = header.cells().get(i).asText("").strip();
      names.add(name.isEmpty() || name.equals("null") ? "column " + (i + 1) : name);
    }
    if (new HashSet<>(names).size() < names.size()) {
      visitor.unreadable(1, "a header with different names", String.join(", ", names));
    }
    return names;
  }

  private static JsonNode row(List<String> names, List<JsonNode> cells) {
    ObjectNode row = RowJson.MAPPER.createObjectNode();
    for (int i = 0; i < names.size(); i++) {
      row.set(names.get(i), cells.get(i));
    }
    return EmbeddedJson.openedCells(row);
  }

  /// @param quoted whether the last cell stands in quotes
  private record Line(long number, List<JsonNode> cells, boolean quoted) {}

  /// Remembers the last character: the library accepts a quote that is never closed.
  private static final class LastCharacterReader extends FilterReader {
    private char last = ' ';

    private LastCharacterReader(Reader text) {
      super(text);
    }

    @Override
    public int read(char[] into, int from, int length) throws IOException {
      int many = super.read(into, from, length);
      for (int i = from; i < from + many; i++) {
        last = into[i] == '\n' || into[i] == '\r' ? last : into[i];
      }
      return many;
    }
  }

  /// Distinguishes an empty cell from `""`, which the library's own records do not.
  private static final class Cells extends AbstractBaseCsvCallbackHandler<Line> {
    private List<JsonNode> cells = new ArrayList<>();
    private boolean lastQuoted;

    @Override
    protected void handleBegin(long line) {
      cells = new ArrayList<>();
    }

    @Override
    protected void handleField(int at, char[] buffer, int from, int length, boolean quoted) {
      lastQuoted = quoted;
      boolean nothing = length == 0 && !quoted;
      cells.add(
          nothing ? RowJson.MAPPER.nullNode() : TextNode.valueOf(new String(buffer, from, length)));
    }

    @Override
    protected Line buildRecord() {
      return new Line(getStartingLineNumber(), cells, lastQuoted);
    }

    @Override
    protected RecordType getRecordType() {
      return super.getRecordType();
    }
  }
}
