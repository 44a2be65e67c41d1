package org.instructgpt.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// What a file's bytes add up to, as a hub tells it: SHA-256 of large files, which lie beside its
/// Git repository (LFS), and of small ones the name that Git has for them.
///
/// @param kind how it is computed
/// @param hex in small hexadecimal digits
record Checksum(Kind kind, String hex) {
  enum Kind {
    /// Of the bytes.
    SHA_256("SHA-256", 64),
    /// SHA-1 of `blob SIZE`, a zero byte, and the bytes: Git's name of a file.
    GIT("SHA-1", 40);

    private final String algorithm;
    private final int digits;

    Kind(String algorithm, int digits) {
      this.algorithm = algorithm;
      this.digits = digits;
    }
  }

  /// One in hexadecimal digits, known by their number; quotes around it are taken off. Empty where
  /// it is neither.
  static Optional<Checksum> of(String text) {
    var hex = text.replaceAll("^(W/)?\"|\"$", "").toLowerCase(Locale.ROOT);
    for (var kind : Kind.values()) {
      if (hex.matches("[0-9a-f]{" + kind.digits + "}")) {
        return Optional.of(new Checksum(kind, hex));
      }
    }
    return Optional.empty();
  }

  /// A digest that has read nothing yet of a file.
  ///
  /// @param size of the file in bytes
  MessageDigest begin(long size) {
    try {
      var digest = MessageDigest.getInstance(kind.algorithm);
      if (kind == Kind.GIT) {
        digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
      }
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has both
    }
  }

  /// Whether a digest that has read the whole file is this one. It begins anew.
  boolean isOf(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).equals(hex);
  }
}
