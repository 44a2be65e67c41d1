package org.instructgpt.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.PrivateFiles;
import org.jdbi.v3.core.Handle;

/// Writes the records of a store as JSON lines, for other programs and as a backup.
///
/// A file is written atomically from one state of the store, and is compressed if its name ends in
/// `.gz`. Each method returns the number of lines. Another store can import the file of
/// [#everything]; the files of single types are imported in the order labelers, prompts, the rest.
public final class Exporter {
  private final Store store;
  private final Predicate<Prompt> wanted;

  public Exporter(Store store) {
    this(store, _ -> true);
  }

  /// @param wanted which prompts are exported; the feedback on other prompts is left out too
  public Exporter(Store store, Predicate<Prompt> wanted) {
    this.store = store;
    this.wanted = wanted;
  }

  /// All records in the program's own format, each after its prompt and labeler.
  public long everything(Path file) throws IOException {
    return write(
        file,
        (handle, lines) -> {
          Store.eachLabeler(handle, labeler -> lines.accept(RecordJson.write(labeler)));
          eachPrompt(handle, Filter.ALL, lines);
          given(RecordTable.DEMONSTRATION, Filter.ALL).accept(handle, lines);
          given(RecordTable.RANKING, Filter.ALL).accept(handle, lines);
          given(RecordTable.RATING, Filter.ALL).accept(handle, lines);
        });
  }

  public long labelers(Path file) throws IOException {
    return write(
        file,
        (handle, lines) ->
            Store.eachLabeler(handle, labeler -> lines.accept(RecordJson.write(labeler))));
  }

  public long prompts(Path file, Filter filter) throws IOException {
    return write(file, (handle, lines) -> eachPrompt(handle, filter, lines));
  }

  public long demonstrations(Path file, Filter filter) throws IOException {
    return write(file, given(RecordTable.DEMONSTRATION, filter));
  }

  public long rankings(Path file, Filter filter) throws IOException {
    return write(file, given(RecordTable.RANKING, filter));
  }

  public long ratings(Path file, Filter filter) throws IOException {
    return write(file, given(RecordTable.RATING, filter));
  }

  /// Demonstrations as `{prompt, completion}`, the format of TRL and others.
  public long completions(Path file, Filter filter) throws IOException {
    return write(
        file,
        (handle, lines) ->
            eachGiven(
                handle,
                RecordTable.DEMONSTRATION,
                filter,
                given ->
                    lines.accept(
                        RecordJson.MAPPER
                            .createObjectNode()
                            .put("prompt", given.prompt().text())
                            .put("completion", given.item().response()))));
  }

  /// Rankings as `{prompt, chosen, rejected}`, one line for each pair that is not a tie;
  /// `chosen_ended` or `rejected_ended` is false for an output that a length limit cut off.
  public long preferences(Path file, Filter filter) throws IOException {
    return write(
        file,
        (handle, lines) ->
            eachGiven(handle, RecordTable.RANKING, filter, given -> pairs(given, lines)));
  }

  private static void pairs(WithPrompt<Ranking> given, Consumer<JsonNode> lines) {
    Ranking ranking = given.item();
    for (Ranking.Pair pair : ranking.pairs()) {
      Output better = ranking.outputs().get(pair.better());
      Output worse = ranking.outputs().get(pair.worse());
      ObjectNode line =
          RecordJson.MAPPER
              .createObjectNode()
              .put("prompt", given.prompt().text())
              .put("chosen", better.text())
              .put("rejected", worse.text());
      if (!better.ended()) {
        line.put("chosen_ended", false);
      }
      if (!worse.ended()) {
        line.put("rejected_ended", false);
      }
      lines.accept(line);
    }
  }

  private void eachPrompt(Handle handle, Filter filter, Consumer<JsonNode> lines) {
    Store.eachPrompt(
        handle,
        filter,
        prompt -> {
          if (wanted.test(prompt)) {
            lines.accept(RecordJson.write(prompt));
          }
        });
  }

  private <T extends Feedback> void eachGiven(
      Handle handle, RecordTable<T> table, Filter filter, Consumer<WithPrompt<T>> consumer) {
    Store.eachGiven(
        handle,
        table,
        filter,
        given -> {
          if (wanted.test(given.prompt())) {
            consumer.accept(given);
          }
        });
  }

  private <T extends Feedback> BiConsumer<Handle, Consumer<JsonNode>> given(
      RecordTable<T> table, Filter filter) {
    return (handle, lines) ->
        eachGiven(handle, table, filter, given -> lines.accept(RecordJson.write(given.item())));
  }

  /// Writes a file atomically, readable only by its owner.
  private long write(Path file, BiConsumer<Handle, Consumer<JsonNode>> content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          file
              + ": expected the name of a file in an existing folder, found "
              + (Files.isDirectory(file) ? "a folder" : "no folder " + folder));
    }
    long[] count = {0};
    boolean gzip =
        String.valueOf(file.getFileName()).endsWith(".gz") && !AtomicFiles.isDevice(file);
    PrivateFiles.write(file, out -> count[0] = write(out, gzip, content));
    return count[0];
  }

  private long write(OutputStream out, boolean gzip, BiConsumer<Handle, Consumer<JsonNode>> content)
      throws IOException {
    GZIPOutputStream packed = gzip ? new GZIPOutputStream(out, 1 << 16) : null;
    var writer =
        new BufferedWriter(
            new OutputStreamWriter(packed == null ? out : packed, StandardCharsets.UTF_8));
    try {
      long written =
          store.read(handle -> {
            long[] count = {0};
            content.accept(
                handle,
                line -> {
                  writeLine(writer, line);
                  count[0]++;
                });
            return count[0];
          });
      writer.flush();
      if (packed != null) {
        packed.finish();
      }
      return written;
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  private static void writeLine(BufferedWriter writer, JsonNode line) {
    try {
      writer.write(line.toString());
      writer.write('\n');
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
