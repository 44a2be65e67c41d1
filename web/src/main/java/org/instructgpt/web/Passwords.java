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

/// Password hashing with argon2id (RFC 9106) at the costs that OWASP recommends: 46 MiB, one pass.
///
/// A hash takes about 60 ms of one core and its memory, so at most two are computed at once:
/// otherwise sign-ins could exhaust the machine. A request that would wait longer than [#PATIENCE]
/// is refused with a request to try again.
final class Passwords {
  /// In characters (code points). There is no rule about which kinds of characters to use, and
  /// phrases are welcome.
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
  private final String dummyHash;

  Passwords(SecureRandom random) {
    this.random = random;
    this.dummyHash = hash(SecretTokens.fresh(random));
  }

  /// What is wrong with a new password for an account of this name.
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

  /// The hash of a new password for an account of this name; [ApiError] 400 with everything that is
  /// wrong with the name and the password.
  String hashNew(String name, String password) {
    var problems = AccountNames.problems(name);
    problems.addAll(problems(name, password));
    if (!problems.isEmpty()) {
      throw ApiError.invalid(problems);
    }
    return hash(password);
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

  /// Whether the password is the one that was hashed. Where there is no account, a dummy hash is
  /// checked, so that the time does not tell whether the account exists.
  boolean fits(String password, Optional<String> stored) {
    String hash = stored.orElse(dummyHash);
    String[] parts = hash.split("\\$", -1);
    if (!hash.startsWith(PREFIX) || parts.length != 6) {
      throw new IllegalStateException(
          "expected a password as " + PREFIX + "..., found another kind");
    }
    byte[] expected = Base64.getDecoder().decode(parts[5]);
    byte[] found = argon(password, Base64.getDecoder().decode(parts[4]));
    return MessageDigest.isEqual(expected, found) && stored.isPresent();
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
    acquireTurn();
    try {
      generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
    } finally {
      turns.release();
    }
    return hash;
  }

  private void acquireTurn() {
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
