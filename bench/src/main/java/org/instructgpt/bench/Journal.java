package org.instructgpt.bench;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.instructgpt.label.Desk.Kind;

/// What labelers tried and what was acknowledged, line by line in a file that only grows. The
/// kernel has a line once it is written, so that it outlives the kill of the program; the kill may
/// cut the last line short, so that each ends in a mark.
final class Journal implements AutoCloseable {
  private static final String END = " .";

  private final FileOutputStream file;

  Journal(Path path) throws IOException {
    this.file = new FileOutputStream(path.toFile(), true);
    // What a kill cut short is a line of its own.
    write("");
  }

  void trying(String id, String labeler, String item, Kind kind) {
    write("try " + id + " " + labeler + " " + item + " " + kind + END);
  }

  void acknowledged(String id) {
    write("ack " + id + END);
  }

  void drafted(String labeler, String item, long version) {
    write("draft " + labeler + " " + item + " " + version + END);
  }

  private synchronized void write(String line) {
    try {
      file.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  record Attempt(String labeler, String item, Kind kind) {}

  /// Whose draft of what.
  record Page(String labeler, String item) {}

  /// What a journal says.
  ///
  /// @param drafts the newest version that was acknowledged
  record Read(Map<String, Attempt> tries, Set<String> acknowledged, Map<Page, Long> drafts) {
    Map<String, Attempt> unanswered() {
      var open = new LinkedHashMap<>(tries);
      open.keySet().removeAll(acknowledged);
      return open;
    }
  }

  static Read read(Path path) throws IOException {
    var tries = new LinkedHashMap<String, Attempt>();
    var acknowledged = new HashSet<String>();
    var drafts = new HashMap<Page, Long>();
    if (Files.exists(path)) {
      for (String line : Files.readAllLines(path)) {
        String[] words = line.split(" ", -1);
        if (!line.endsWith(END)) {
          continue;
        }
        switch (words[0]) {
          case "try" ->
              tries.put(words[1], new Attempt(words[2], words[3], Kind.valueOf(words[4])));
          case "ack" -> acknowledged.add(words[1]);
          default -> drafts.merge(new Page(words[1], words[2]), Long.valueOf(words[3]), Math::max);
        }
      }
    }
    return new Read(tries, acknowledged, drafts);
  }
}
