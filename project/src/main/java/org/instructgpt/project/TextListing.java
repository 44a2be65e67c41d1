package org.instructgpt.project;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.instructgpt.files.Count;

/// Which files are read as plain text and which are passed over, and why: found before anything is
/// read.
///
/// A file that is named is read whatever it is called, unless its ending says that it is no plain
/// text. In a folder the ending decides, and a file without one is read if its first bytes are
/// text. Folders behind links are entered, every folder and every file once, whatever its names;
/// hidden ones are not.
///
/// @param asked the files and folders that were named
/// @param files in the order in which they are read
/// @param passed by reason, the files and folders that are not read
record TextListing(List<Path> asked, List<Path> files, Map<String, List<Path>> passed) {
  private static final Set<String> TEXT =
      Set.of("txt", "text", "md", "markdown", "rst", "adoc", "org", "tex", "jsonl", "ndjson");

  /// Endings that hold text in a form that is not plain, and the way to bring it.
  private static final Map<String, String> WAYS =
      Map.of(
          "csv", tables("csv"),
          "tsv", tables("tsv"),
          "parquet", tables("parquet"),
          "json",
              ".json is not plain text; write a document a line as {\"text\": ...} into a file .jsonl",
          "zip", packed("zip"),
          "zst", packed("zst"),
          "bz2", packed("bz2"),
          "xz", packed("xz"),
          "pdf", office("pdf"),
          "docx", office("docx"));

  private static final int SNIFFED = 4096;
  private static final int EXAMPLES = 3;

  private static String tables(String ending) {
    return "."
        + ending
        + " is a table; write its column of text as lines {\"text\": ...} into a file .jsonl,"
        + " or bring questions and answers in with instructgpt import";
  }

  private static String packed(String ending) {
    return "." + ending + " is compressed; unpack it first, or pack it as .gz";
  }

  private static String office(String ending) {
    return "." + ending + " is not plain text; convert it to .txt first";
  }

  /// Finds what is to be read in files and folders.
  ///
  /// @throws IllegalArgumentException if a file that is named is no plain text
  /// @throws NoSuchFileException if there is no such file or folder
  public static TextListing of(List<Path> paths) throws IOException {
    var search = new Search();
    var files = new ArrayList<Path>();
    for (var path : paths) {
      if (!Files.exists(path)) {
        throw new NoSuchFileException(
            path.toString(), null, "--text expects text files and folders");
      }
      if (Files.isDirectory(path)) {
        var found = new TreeSet<Path>();
        search.folder(path, found);
        files.addAll(found);
      } else {
        var way = WAYS.get(ending(path));
        if (way != null) {
          throw new IllegalArgumentException("--text %s: %s".formatted(path, way));
        }
        if (search.isNew(path)) {
          files.add(path);
        }
      }
    }
    return new TextListing(paths, files, search.passed);
  }

  /// Whether all are ordinary files, which give the same however often they are read; a pipe does
  /// not.
  boolean isReadTwice() {
    return files.stream().allMatch(Files::isRegularFile);
  }

  /// The ending of a file's name, without `.gz`, in lower case; empty where there is none.
  static String ending(Path file) {
    var name = plain(file);
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /// Says what is read and what is not.
  void tell(PrintWriter out) {
    var endings = new TreeMap<String, Integer>();
    files.forEach(file -> endings.merge(ending(file), 1, Integer::sum));
    var kinds = new ArrayList<String>();
    endings.forEach((ending, count) ->
        kinds.add(count + (ending.isEmpty() ? " without ending" : " ." + ending)));
    out.println(
        "reading %s of text: %s"
            .formatted(Count.of(files.size(), "file"), String.join(", ", kinds)));
    passed.forEach((reason, some) -> {
      var examples = some.stream().limit(EXAMPLES).map(Path::toString).toList();
      out.println(
          "  passed over, %,d: %s (%s%s)"
              .formatted(
                  some.size(),
                  reason,
                  String.join(", ", examples),
                  some.size() > EXAMPLES ? ", ..." : ""));
    });
    out.flush();
  }

  private static String plain(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("(?i)\\.gz$", "");
  }

  /// What was met so far.
  private static final class Search {
    private final Map<String, List<Path>> passed = new TreeMap<>();
    private final Set<Path> known = new HashSet<>();

    private void pass(String reason, Path path) {
      passed.computeIfAbsent(reason, _ -> new ArrayList<>()).add(path);
    }

    /// Whether neither this file or folder nor another name of it was met before.
    boolean isNew(Path path) throws IOException {
      if (known.add(path.toRealPath())) {
        return true;
      }
      pass("another name of what is read already", path);
      return false;
    }

    void folder(Path folder, Set<Path> found) throws IOException {
      if (!isNew(folder)) {
        return;
      }
      List<Path> entries;
      try (var listing = Files.list(folder)) {
        entries = listing.sorted().toList();
      }
      for (var entry : entries) {
        if (String.valueOf(entry.getFileName()).startsWith(".")) {
          pass("hidden", entry);
        } else if (Files.isDirectory(entry) && new Workspace(entry).isThere()) {
          pass("a workspace, whose files are not text to learn from", entry);
        } else if (Files.isDirectory(entry)) {
          folder(entry, found);
        } else if (!Files.exists(entry)) {
          pass("a link that leads nowhere", entry);
        } else if (isText(entry) && isNew(entry)) {
          found.add(entry);
        }
      }
    }

    private boolean isText(Path file) throws IOException {
      var ending = ending(file);
      if (!Files.isRegularFile(file)) {
        pass("a device or a pipe, not a file", file);
      } else if (Files.size(file) == 0) {
        pass("empty", file);
      } else if (WAYS.containsKey(ending)) {
        pass(WAYS.get(ending), file);
      } else if (TEXT.contains(ending) || (ending.isEmpty() && looksLikeText(file))) {
        return true;
      } else {
        pass(
            ending.isEmpty()
                ? "no ending, and its first bytes are no text"
                : "." + ending + " is not known as plain text; name the file itself to read it",
            file);
      }
      return false;
    }

    private static boolean looksLikeText(Path file) throws IOException {
      try (var in = TextFiles.open(file)) {
        for (byte one : in.readNBytes(SNIFFED)) {
          if (one >= 0 && one < ' ' && "\t\n\f\r".indexOf(one) < 0) {
            return false;
          }
        }
        return true;
      }
    }
  }
}
