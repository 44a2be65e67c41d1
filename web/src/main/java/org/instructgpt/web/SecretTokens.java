package org.instructgpt.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.instructgpt.files.Sha256;

/// Random tokens of sessions, links and programs. They are too long to be guessed, so storing their
/// plain SHA-256 is safe.
final class SecretTokens {
  private static final int BYTES = 32;

  private SecretTokens() {}

  /// 256 random bits as 43 letters, digits, `-` and `_`.
  static String fresh(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// The hash that is stored in place of a token.
  static String hash(String token) {
    return Sha256.of(token);
  }

  /// Whether two tokens are equal, in a time that does not depend on where they differ.
  static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
