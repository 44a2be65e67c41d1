package org.instructgpt.project;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.instructgpt.files.Json;

/// Plain text to pretrain on: text files, a document each, and `.jsonl` files with a document in
/// the field `text` of each line, all of them also compressed (gzip); which ones, a [TextListing]
/// says.
///
/// Long documents are cut at the end of a paragraph into parts of about 32,000 characters, so that
/// some text of every book can be held out: every part is training or validation text by a hash of
/// its content, the same on every machine and whatever else is read beside it.
///
/// @param training documents to learn
/// @param validation documents that are held out
record TextFiles(List<String> training, List<String> validation) {
  private static final ObjectMapper JSON = Json.LENIENT;

  /// Reads files and folders, and says what is read and what is not.
  ///
  /// @throws IllegalArgumentException if there is no text, or a file is no text
  public static TextFiles read(List<Path> paths, PrintWriter out) throws IOException {
    var listing = TextListing.of(paths);
    listing.tell(out);
    return read(listing, Progress.NONE);
  }

  /// Reads the files that were found.
  public static TextFiles read(TextListing listing, Progress follow) throws IOException {
    var all = new TextFiles(new ArrayList<>(), new ArrayList<>());
    read(listing, follow, all.training::add, all.validation::add);
    return all;
  }

  /// Reads the files that were found without keeping what is in them.
  ///
  /// @param training is given one document to learn after the other
  /// @param validation is given the documents that are held out
  public static void read(
      TextListing listing, Progress follow, Consumer<String> training, Consumer<String> validation)
      throws IOException {
    var sides = new HeldOut(training, validation);
    try (var progress = new ReadingProgress(listing.files(), follow)) {
      for (var file : listing.files()) {
        documents(file, progress, sides::add);
      }
    }
    sides.finish(listing.asked());
  }

  private static void documents(Path file, ReadingProgress progress, Consumer<String> parts)
      throws IOException {
    try (var in = unpacked(progress.counting(Files.newInputStream(file)));
        var reader = new BufferedReader(decoder(in))) {
      if (TextListing.ending(file).matches("jsonl|ndjson")) {
        int number = 1;
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
          TextParts.of(new StringReader(text(line, file, number++)), parts);
        }
      } else {
        TextParts.of(reader, parts);
      }
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not UTF-8 text; convert it first", e);
    }
  }

  /// The bytes of a file, unpacked.
  static InputStream open(Path file) throws IOException {
    return unpacked(Files.newInputStream(file));
  }

  private static InputStream unpacked(InputStream raw) throws IOException {
    var in = new BufferedInputStream(raw, 1 << 16);
    in.mark(2);
    boolean packed = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return packed ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private static InputStreamReader decoder(InputStream in) {
    return new InputStreamReader(
        in, StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT));
  }

  private static String text(String line, Path file, int number) throws IOException {
    JsonNode text;
    try {
      text = JSON.readTree(line).path("text");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s, line %d: expected a JSON object with a field \"text\", found what is not JSON"
              .formatted(file, number),
          e);
    }
    if (!text.isTextual()) {
      throw new IllegalArgumentException(
          "%s, line %d: expected a string in the field \"text\", found %s"
              .formatted(file, number, text.isMissingNode() ? "none" : text.getNodeType()));
    }
    return text.asText();
  }
}
