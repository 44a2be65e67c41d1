package org.instructgpt.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Passwords, kept as argon2id (RFC 9106) with the costs that OWASP asks for: 46 MiB, one pass.
///
/// A hash takes about 60 ms of one core and its memory, so no more than two are made at once: more
/// would only make sign-ins a way to fill the machine. Those who would wait longer than [#PATIENCE]
/// are told to come back.
final class Passwords {
  /// In characters (code points). A phrase is welcome; what kind of characters is nobody's
  /// business.
  static final int FEWEST = 8;

  static final int MOST = 128;

  private static final int MEMORY_KIB = 47_104;
  private static final int PASSES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final int AT_ONCE = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String PREFIX = "$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=1$";

  private final SecureRandom random;
  private final Semaphore turns = new Semaphore(AT_ONCE, true);
  private final String nobodys;

  Passwords(SecureRandom random) {
    this.random = random;
    this.nobodys = hash(SecretTokens.fresh(random));
  }

  /// What is wrong with a password that someone of this name wants to use.
  static List<ApiError.Problem> problems(String name, String password) {
    var problems = new ArrayList<ApiError.Problem>();
    int length = password.codePointCount(0, password.length());
    if (length < FEWEST || length > MOST) {
      problems.add(new ApiError.Problem("password", "join.password-length", FEWEST, MOST));
    } else if (EasyPasswords.has(name, password)) {
      problems.add(new ApiError.Problem("password", "join.password-common"));
    }
    return problems;
  }

  /// A new hash with its salt and costs, in the PHC form.
  String hash(String password) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    var base64 = Base64.getEncoder().withoutPadding();
    return PREFIX
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(argon(password, salt));
  }

  /// Whether the password is the one that was hashed. Where there is no account, as much work is
  /// done for nothing, so that the time does not tell.
  boolean fits(String password, Optional<String> kept) {
    String hash = kept.orElse(nobodys);
    String[] parts = hash.split("\\$", -1);
    if (!hash.startsWith(PREFIX) || parts.length != 6) {
      throw new IllegalStateException(
          "expected a password as " + PREFIX + "..., found another kind");
    }
    byte[] expected = Base64.getDecoder().decode(parts[5]);
    byte[] found = argon(password, Base64.getDecoder().decode(parts[4]));
    return MessageDigest.isEqual(expected, found) && kept.isPresent();
  }

  private byte[] argon(String password, byte[] salt) {
    var generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(MEMORY_KIB)
            .withIterations(PASSES)
            .withParallelism(1)
            .withSalt(salt)
            .build());
    byte[] hash = new byte[HASH_BYTES];
    takeTurn();
    try {
      generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
    } finally {
      turns.release();
    }
    return hash;
  }

  private void takeTurn() {
    try {
      if (turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
    throw ApiError.unavailable(PATIENCE, "refusal.busy");
  }
}
