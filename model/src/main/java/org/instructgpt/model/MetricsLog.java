package org.instructgpt.model;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Json;

/// `metrics.jsonl`: one JSON object a line, in the order in which things happened:
///
/// ```json
/// {"kind":"train","step":12,"seconds":0.53,"metrics":{"loss":2.31,"tokens":4096.0}}
/// ```
///
/// `kind` is `train`, `eval` or `failure`; `step` counts finished steps, so the first is 1;
/// `seconds` is how long the step or evaluation took. Not-a-number and infinities, which JSON
/// lacks, are the strings `"NaN"`, `"Infinity"`, `"-Infinity"`.
///
/// A run that resumes at step n cuts the file back to n, so that no step is in it twice.
final class MetricsLog implements AutoCloseable {
  private static final ObjectMapper JSON = Json.LENIENT;

  private final FileChannel channel;
  private final List<Entry> kept;

  private MetricsLog(FileChannel channel, List<Entry> kept) {
    this.channel = channel;
    this.kept = kept;
  }

  /// What an entry is about.
  enum Kind {
    TRAIN,
    EVAL,
    FAILURE;

    private String json() {
      return switch (this) {
        case TRAIN -> "train";
        case EVAL -> "eval";
        case FAILURE -> "failure";
      };
    }

    private static Kind of(String json) {
      return switch (json) {
        case "train" -> TRAIN;
        case "eval" -> EVAL;
        case "failure" -> FAILURE;
        default -> throw new IllegalArgumentException(json);
      };
    }
  }

  /// One line.
  ///
  /// @param step how many steps were finished
  record Entry(Kind kind, long step, double seconds, Map<String, Double> metrics) {}

  /// Opens the log to append to it, cut back to the entries of the first `step` steps. Lines that
  /// are no entry (a crash may cut the last one short) go too.
  static MetricsLog open(Path file, long step) throws IOException {
    List<Entry> kept = read(file).stream().filter(entry -> entry.step() <= step).toList();
    var text = new StringBuilder();
    kept.forEach(entry -> text.append(line(entry)));
    AtomicFiles.write(file, text.toString());
    return new MetricsLog(FileChannel.open(file, CREATE, APPEND), kept);
  }

  /// All whole entries of a log; none if there is no file.
  static List<Entry> read(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (Files.exists(file)) {
      // Not readAllLines: a torn last line may hold bytes that are no UTF-8.
      new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
          .lines()
          .forEach(line -> addEntry(line, entries));
    }
    return entries;
  }

  /// The entries that were there, and stayed, when the log was opened.
  List<Entry> kept() {
    return kept;
  }

  /// Appends an entry. It reaches the operating system at once, the disk with [#force()].
  void append(Entry entry) throws IOException {
    AtomicFiles.writeFully(channel, ByteBuffer.wrap(line(entry).getBytes(StandardCharsets.UTF_8)));
  }

  /// Brings everything to the disk.
  void force() throws IOException {
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static String line(Entry entry) {
    ObjectNode json = JSON.createObjectNode();
    json.put("kind", entry.kind().json());
    json.put("step", entry.step());
    json.put("seconds", entry.seconds());
    ObjectNode metrics = json.putObject("metrics");
    entry.metrics().forEach(metrics::put); // Jackson quotes what is not finite
    return json + "\n";
  }

  private static void addEntry(String line, List<Entry> entries) {
    try {
      JsonNode json = JSON.readTree(line);
      var metrics = new LinkedHashMap<String, Double>();
      json.required("metrics")
          .properties()
          .forEach(metric -> metrics.put(metric.getKey(), number(metric.getValue())));
      entries.add(
          new Entry(
              Kind.of(json.required("kind").asText()),
              json.required("step").asLong(),
              json.required("seconds").asDouble(),
              metrics));
    } catch (JsonProcessingException | IllegalArgumentException notWhole) {
      // Cut short by a crash: the step it belongs to is done again.
    }
  }

  private static double number(JsonNode value) {
    return value.isNumber() ? value.doubleValue() : Double.parseDouble(value.asText());
  }
}
