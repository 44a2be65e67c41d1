package org.instructgpt.records;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/// Reads the rows of a file one after the other, so that a file of any length needs the memory of
/// one row.
///
/// The type of a file is detected from its first bytes: JSON lines, a JSON array, values that span
/// lines, CSV or TSV, Parquet; each may be compressed with gzip or zstd or be in a zip, and text
/// may be UTF-8 or UTF-16. The file is opened once, so it may be a pipe.
final class FileRows {
  /// How many bytes are examined.
  private static final int HEAD = 1 << 16;

  private static final int DEEPEST = 3;

  private final Function<String, RowVisitor> visitors;

  private FileRows(Function<String, RowVisitor> visitors) {
    this.visitors = visitors;
  }

  /// @param visitors makes a visitor from the name of the file, or of each file in a zip
  static void read(Path file, Function<String, RowVisitor> visitors) throws IOException {
    if (!Files.exists(file) || Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          file + ": expected a file to read, found " + (Files.exists(file) ? "a folder" : "none"));
    }
    try (InputStream raw = Files.newInputStream(file)) {
      Optional<Path> whole = Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
      new FileRows(visitors).read(file.toString(), raw, whole, 0);
    }
  }

  private void read(String name, InputStream raw, Optional<Path> whole, int depth)
      throws IOException {
    BufferedInputStream bytes = new BufferedInputStream(raw, HEAD);
    byte[] head = head(bytes);
    FileSignature signature = FileSignature.of(head);
    if (depth > DEEPEST) {
      throw new IllegalArgumentException(
          name + ": expected a file that is compressed once, found one inside another");
    }
    switch (signature) {
      case GZIP, ZSTD -> unpack(name, signature, bytes, depth);
      case ZIP -> unzip(name, bytes, depth);
      case PARQUET -> parquet(name, bytes, whole);
      case TEXT -> text(name, bytes, head);
      default ->
          throw new IllegalArgumentException(
              name
                  + ": expected JSON lines, JSON, CSV, TSV or Parquet (also as .gz, .zst or .zip), found "
                  + signature.description());
    }
  }

  /// The first bytes. A broken file fails again when it is read on.
  private static byte[] head(BufferedInputStream bytes) throws IOException {
    bytes.mark(HEAD);
    byte[] head = new byte[HEAD];
    int length = 0;
    try { // byte by byte, to keep the bytes before a fault
      for (int b = bytes.read(); b >= 0 && length < HEAD; b = length < HEAD ? bytes.read() : -1) {
        head[length++] = (byte) b;
      }
    } catch (EOFException | ZipException | ZstdIOException broken) {
      if (length == 0) {
        throw broken;
      }
    }
    bytes.reset();
    return Arrays.copyOf(head, length);
  }

  private void unpack(String name, FileSignature signature, InputStream bytes, int depth)
      throws IOException {
    InputStream plain;
    try {
      plain =
          signature == FileSignature.GZIP
              ? new GZIPInputStream(bytes, HEAD)
              : new ZstdInputStream(bytes).setContinuous(false);
      read(name, plain, Optional.empty(), depth + 1);
    } catch (EOFException | ZipException | ZstdIOException broken) {
      String kind = signature == FileSignature.GZIP ? "gzip" : "zstd";
      throw new IllegalArgumentException(
          name + ": expected a whole " + kind + " file, found one that is broken or breaks off",
          broken);
    }
  }

  private void unzip(String name, InputStream bytes, int depth) throws IOException {
    boolean any = false;
    try (ZipInputStream zip = new ZipInputStream(bytes)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String inside = entry.getName();
        if (inside.equals("[Content_Types].xml")) {
          throw new IllegalArgumentException(
              name
                  + ": expected JSON lines, JSON, CSV, TSV or Parquet, found an Office file; save the table as CSV");
        }
        String last = inside.substring(inside.lastIndexOf('/') + 1);
        boolean hidden = inside.startsWith("__MACOSX/") || last.startsWith(".");
        if (!entry.isDirectory() && !hidden) {
          any = true;
          read(name + "/" + inside, new ZipEntryStream(zip), Optional.empty(), depth + 1);
        }
      }
    } catch (ZipException | EOFException broken) {
      throw new IllegalArgumentException(
          name + ": expected a whole zip file, found one that is broken or breaks off", broken);
    }
    if (!any) {
      throw new IllegalArgumentException(name + ": expected a zip with a file in it, found none");
    }
  }

  /// The current entry of a zip; closing it does not close the zip.
  private static final class ZipEntryStream extends InputStream {
    private final InputStream zip;

    private ZipEntryStream(InputStream zip) {
      this.zip = zip;
    }

    @Override
    public int read() throws IOException {
      return zip.read();
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      return zip.read(into, from, length);
    }
  }

  private void parquet(String name, InputStream bytes, Optional<Path> whole) throws IOException {
    RowVisitor visitor = visitors.apply(name);
    if (whole.isPresent()) {
      ParquetRows.read(whole.get(), visitor);
    } else {
      Path copy = Files.createTempFile("instructgpt-", ".parquet");
      try {
        Files.copy(bytes, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        ParquetRows.read(copy, visitor);
      } finally {
        Files.deleteIfExists(copy);
      }
    }
    visitor.end();
  }

  private void text(String name, BufferedInputStream bytes, byte[] head) throws IOException {
    RowVisitor visitor = visitors.apply(name);
    Charset charset = FileSignature.charset(head);
    InputStream utf8 = bytes;
    byte[] start = head;
    if (!charset.equals(StandardCharsets.UTF_8)) {
      BufferedInputStream recoded = new BufferedInputStream(new Utf8Recoder(bytes, charset), HEAD);
      utf8 = recoded;
      try {
        start = head(recoded);
      } catch (CharacterCodingException wrong) {
        undecodable(visitor);
        return;
      }
    }
    int mark = FileSignature.markLength(start);
    utf8.skipNBytes(mark);
    start = Arrays.copyOfRange(start, mark, start.length);
    if (CsvRows.separator(name, start).isEmpty() && JsonRows.isProse(start)) {
      throw new IllegalArgumentException(
          name
              + ": expected JSON lines, JSON, CSV, TSV or Parquet, found plain text; if it is text to"
              + " pretrain on: instructgpt pretrain --text FILE");
    }
    try {
      Optional<Character> separator = CsvRows.separator(name, start);
      if (separator.isPresent()) {
        CsvRows.read(utf8, separator.get(), visitor);
      } else if (JsonRows.isLines(start)) {
        JsonRows.readLines(utf8, visitor);
      } else {
        JsonRows.readSequence(utf8, visitor);
      }
    } catch (CharacterCodingException wrong) {
      undecodable(visitor);
      return;
    }
    visitor.end();
  }

  private static void undecodable(RowVisitor visitor) {
    visitor.unreadable(1, "text in UTF-8 or UTF-16", "bytes that are neither");
    visitor.end();
  }
}
