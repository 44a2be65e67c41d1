package org.instructgpt.label;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Pseudonyms of people for exports: the first 128 bits of an HMAC-SHA-256 of the id. The same id
/// and key give the same pseudonym; without the key nobody can test which id it belongs to.
final class Pseudonyms {
  private static final String HMAC = "HmacSHA256";
  private static final int LEAST_KEY = 32;
  private static final int BYTES = 16;

  private final Mac mac;

  Pseudonyms(byte[] key) {
    if (key.length < LEAST_KEY) {
      throw new IllegalArgumentException(
          "expected a key of at least " + LEAST_KEY + " bytes, found " + key.length);
    }
    try {
      mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
    } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
      throw new AssertionError("every Java platform has " + HMAC, impossible);
    }
  }

  String of(String person) {
    byte[] hash = mac.doFinal(person.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES));
  }
}
