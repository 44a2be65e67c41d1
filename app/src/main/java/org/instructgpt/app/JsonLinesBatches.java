package org.instructgpt.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;
import org.instructgpt.project.OutputFile;
import org.jspecify.annotations.Nullable;

/// A file of JSON lines turned into another, one line for each line, a batch at a time.
///
/// Memory holds one batch. The whole input is checked before the first batch is computed, so that a
/// mistake in its last line does not cost the hours before it; it is opened once, so a pipe will
/// do. The output is written beside its place and put there whole, or not at all; a pipe or a
/// device gets each batch when it is computed.
///
/// @param in the file to read
/// @param out the file to put in place; an old one is replaced
/// @param batch lines computed at once
record JsonLinesBatches(InputFile in, Path out, int batch) implements AutoCloseable {

  private static final ObjectMapper JSON = Json.STRICT;
  private static final int PROBLEMS_SHOWN = 20;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  JsonLinesBatches {
    if (batch < 1) {
      throw new IllegalArgumentException("expected a batch of at least 1 line, found " + batch);
    }
  }

  /// The lines of `--in` for `--out`, neither of them touched yet.
  ///
  /// @throws IllegalArgumentException if one of them will not do
  static JsonLinesBatches open(Path in, Path out, int batch) throws IOException {
    OutputFile.check(out, "--out", in);
    return new JsonLinesBatches(InputFile.open(in, "--in"), out, batch);
  }

  /// Checks every line; blank lines do not count.
  ///
  /// @param check throws [IllegalArgumentException] for a line that cannot be computed
  /// @return how many lines there are
  /// @throws IllegalArgumentException naming up to 20 bad lines, or that there is none at all
  /// @throws IOException when the file cannot be read
  long check(Consumer<JsonLine> check) throws IOException {
    var problems = new ArrayList<String>();
    long count = 0;
    try (var reader = new Source(in)) {
      for (var text = reader.next(); text != null; text = reader.next()) {
        count++;
        try {
          check.accept(reader.parse(text));
        } catch (IllegalArgumentException e) {
          problems.add(e.getMessage());
        }
        if (problems.size() == PROBLEMS_SHOWN) {
          problems.add("and perhaps more");
          break;
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    if (count == 0) {
      throw new IllegalArgumentException(
          in.path() + " has no line; expected one JSON object a line");
    }
    return count;
  }

  /// Computes every line.
  ///
  /// @param compute the answers of a batch, one for each line in their order; may throw
  ///   [CancellationException] to stop
  /// @param stop looked at before each batch; when true, nothing is put in place
  /// @return whether the output is in place
  /// @throws IOException when reading or writing fails; nothing is left behind then
  boolean compute(Function<List<JsonLine>, List<ObjectNode>> compute, BooleanSupplier stop)
      throws IOException {
    try {
      AtomicFiles.write(out, stream -> write(compute, stop, stream));
      return true;
    } catch (CancellationException _) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void write(
      Function<List<JsonLine>, List<ObjectNode>> compute, BooleanSupplier stop, OutputStream stream)
      throws IOException {
    if (!String.valueOf(out.getFileName()).endsWith(".gz") || AtomicFiles.isDevice(out)) {
      copy(compute, stop, stream);
      return;
    }
    var packed = new GZIPOutputStream(stream, 1 << 16);
    copy(compute, stop, packed);
    packed.finish();
  }

  private void copy(
      Function<List<JsonLine>, List<ObjectNode>> compute, BooleanSupplier stop, OutputStream stream)
      throws IOException {
    try (var source = new Source(in)) {
      for (var lines = source.batch(batch); !lines.isEmpty(); lines = source.batch(batch)) {
        if (stop.getAsBoolean()) {
          throw new CancellationException("stopped");
        }
        for (var answer : compute.apply(lines)) {
          stream.write(JSON.writeValueAsBytes(answer));
          stream.write('\n');
        }
        stream.flush(); // whoever reads a pipe has it now, and a full disk is told now
      }
    }
  }

  /// The lines of a file, numbered from 1.
  private static final class Source implements AutoCloseable {

    private final Path file;
    private final BufferedReader reader;
    private long number;

    Source(InputFile input) throws IOException {
      this.file = input.path();
      var strict = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
      this.reader = new BufferedReader(new InputStreamReader(input.fromStart(), strict));
    }

    /// The next line that is not blank; null at the end.
    @Nullable String next() throws IOException {
      try {
        String text;
        do {
          text = reader.readLine();
          number++;
          if (number == 1 && text != null && text.startsWith(BYTE_ORDER_MARK)) {
            text = text.substring(1);
          }
        } while (text != null && text.isBlank());
        return text;
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException(file + " is not UTF-8 near line " + number, e);
      }
    }

    List<JsonLine> batch(int size) throws IOException {
      var lines = new ArrayList<JsonLine>();
      while (lines.size() < size) {
        var text = next();
        if (text == null) {
          break;
        }
        lines.add(parse(text));
      }
      return lines;
    }

    JsonLine parse(String text) {
      var where = file + ", line " + number;
      try {
        if (JSON.readTree(text) instanceof ObjectNode object) {
          return new JsonLine(where, object);
        }
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(where + ": not JSON: " + Json.fault(e), e);
      }
      throw new IllegalArgumentException(where + ": expected a JSON object");
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
