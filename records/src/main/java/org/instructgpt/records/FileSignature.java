package org.instructgpt.records;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The type of a file, detected from its first bytes.
enum FileSignature {
  GZIP("gzip", "1f8b"),
  ZSTD("zstd", "28b52ffd"),
  ZIP("a zip", "504b0304"),
  PARQUET("Parquet", "50415231"),
  BZIP2("bzip2; unpack it, or pack it with gzip or zstd", "425a68"),
  XZ("xz; unpack it, or pack it with gzip or zstd", "fd377a585a"),
  SEVEN_ZIP("7z; unpack it", "377abcaf271c"),
  RAR("RAR; unpack it", "526172211a07"),
  TAR("a tar archive; unpack it and name its files", ""),
  ARROW("an Arrow or Feather file; write Parquet or JSON lines", "4152524f5731"),
  ARROW_STREAM("an Arrow stream; write Parquet or JSON lines", "ffffffff"),
  AVRO("Avro; write Parquet or JSON lines", "4f626a01"),
  ORC("ORC; write Parquet or JSON lines", "4f5243"),
  HDF5("HDF5; write Parquet or JSON lines", "894844460d0a"),
  NUMPY("a NumPy array; write JSON lines", "934e554d5059"),
  PICKLE("a Python pickle, which may run programs; write JSON lines", "80"),
  SQLITE("a SQLite database; export its tables as CSV", "53514c69746520666f726d6174203300"),
  OLE("an old Office file; save the table as CSV", "d0cf11e0"),
  PDF("a PDF", "25504446"),
  PNG("a picture", "89504e47"),
  JPEG("a picture", "ffd8ff"),
  ELF("a program", "7f454c46"),
  LFS(
      "a pointer of Git LFS; fetch the file with git lfs pull",
      "76657273696f6e2068747470733a2f2f6769742d6c6673"),
  XML("XML", "3c3f786d6c"),
  HTML("a web page", ""),
  TEXT("text", "");

  private final String description;
  private final String magic;

  FileSignature(String description, String magic) {
    this.description = description;
    this.magic = magic;
  }

  /// The name of the type, and what to do with such a file.
  String description() {
    return description;
  }

  static FileSignature of(byte[] head) {
    String hex = java.util.HexFormat.of().formatHex(head, 0, Math.min(head.length, 32));
    for (FileSignature signature : values()) {
      if (!signature.magic.isEmpty() && hex.startsWith(signature.magic)) {
        return signature;
      }
    }
    if (isTar(head)) {
      return TAR;
    }
    String begins =
        new String(head, 0, Math.min(head.length, 64), StandardCharsets.ISO_8859_1)
            .stripLeading()
            .toLowerCase(Locale.ROOT);
    return begins.startsWith("<!doctype html") || begins.startsWith("<html") ? HTML : TEXT;
  }

  /// A tar archive has its signature after the first file's name, mode, owner and time.
  private static boolean isTar(byte[] head) {
    int at = 257;
    String name = "ustar";
    return head.length >= at + name.length()
        && new String(head, at, name.length(), StandardCharsets.ISO_8859_1).equals(name);
  }

  /// UTF-16 if there is its byte order mark or every second byte is 0, else UTF-8.
  static Charset charset(byte[] head) {
    if (head.length < 2) {
      return StandardCharsets.UTF_8;
    }
    int first = head[0] & 0xff;
    int second = head[1] & 0xff;
    if (first == 0xff && second == 0xfe || first != 0 && second == 0) {
      return StandardCharsets.UTF_16LE;
    }
    if (first == 0xfe && second == 0xff || first == 0 && second != 0) {
      return StandardCharsets.UTF_16BE;
    }
    return StandardCharsets.UTF_8;
  }

  /// The length of a byte order mark in UTF-8.
  static int markLength(byte[] head) {
    boolean mark =
        head.length >= 3
            && (head[0] & 0xff) == 0xef
            && (head[1] & 0xff) == 0xbb
            && (head[2] & 0xff) == 0xbf;
    return mark ? 3 : 0;
  }
}
