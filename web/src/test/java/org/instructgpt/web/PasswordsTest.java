package org.instructgpt.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.nulabinc.zxcvbn.matchers.Dictionary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.Test;

/// Passwords: the rules, the hashes, the checks.
class PasswordsTest {
  private final Passwords passwords = new Passwords(new SecureRandom());

  @Test
  void aPasswordIsStoredAsItsArgon2idHashWithItsOwnSalt() {
    String one = passwords.hash("seven quiet otters");
    String other = passwords.hash("seven quiet otters");
    assertThat(one)
        .startsWith("$argon2id$v=19$m=47104,t=1,p=1$")
        .isNotEqualTo(other)
        .doesNotContain("otters");
    assertThat(one.split("\\$")[4]).hasSize(22);
    assertThat(passwords.fits("seven quiet otters", Optional.of(one))).isTrue();
    assertThat(passwords.fits("seven quiet otters", Optional.of(other))).isTrue();
    assertThat(passwords.fits("seven quiet otter", Optional.of(one))).isFalse();
  }

  @Test
  void everyCharacterCountsAsItWasTyped() {
    String long72 = "a".repeat(72);
    for (List<String> pair :
        List.of(
            List.of(long72 + "b", long72 + "c"),
            List.of("Correct Horse", "correct horse"),
            List.of("passphrase one", "passphrase one "),
            List.of("ﬁne phrase of mine", "fine phrase of mine"),
            List.of("密码是七只安静的水獭", "密码是七只安静的水獭。"),
            List.of("🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂", "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙃"))) {
      String hash = passwords.hash(pair.getFirst());
      assertThat(passwords.fits(pair.getFirst(), Optional.of(hash))).isTrue();
      assertThat(passwords.fits(pair.getLast(), Optional.of(hash))).as("%s", pair).isFalse();
    }
  }

  /// The test vector of argon2id in RFC 9106, section 5.3: the library's parameters mean what we
  /// think.
  @Test
  void argon2idIsTheOneOfTheStandard() {
    var generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(32)
            .withIterations(3)
            .withParallelism(4)
            .withSalt(bytes(16, 2))
            .withSecret(bytes(8, 3))
            .withAdditional(bytes(12, 4))
            .build());
    byte[] tag = new byte[32];
    generator.generateBytes(bytes(32, 1), tag);
    assertThat(HexFormat.of().formatHex(tag))
        .isEqualTo("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
  }

  @Test
  void anUnknownAccountCostsAsMuchTime() {
    var kept = Optional.of(passwords.hash("seven quiet otters"));
    var times = new ArrayList<long[]>();
    for (int i = 0; i < 15; i++) {
      times.add(new long[] {time(kept), time(Optional.empty())});
    }
    double known = median(times, 0);
    double unknown = median(times, 1);
    assertThat(unknown / known).isBetween(0.7, 1.4);
    assertThat(passwords.fits("seven quiet otters", Optional.empty())).isFalse();
  }

  @Test
  void aPasswordHasEightCharactersOfAnyKind() {
    assertThat(keys("seven quiet otters")).isEmpty();
    assertThat(keys("密码是七只安静的水獭")).isEmpty();
    assertThat(keys("    \t  x  q \u0000 z")).isEmpty();
    assertThat(keys("xkqzvtpw")).isEmpty();
    assertThat(keys("7 chars")).containsExactly("join.password-length");
    assertThat(keys("🙂🙃🙂🙃🙂🙃🙂")).containsExactly("join.password-length");
    assertThat(keys("x y ".repeat(32))).doesNotContain("join.password-length");
    assertThat(keys("x y ".repeat(32) + "x")).containsExactly("join.password-length");
    assertThat(keys("Ada Lovelace")).containsExactly("join.password-common");
    assertThat(keys("aaaaaaaaaaaaaaaa")).containsExactly("join.password-common");
    for (String easy :
        List.of(
            "1234567890",
            "zyxwvuts",
            "Password123!",
            "ＰＡＳＳＷＯＲＤ",
            "!!iloveyou!!",
            "adalovelace",
            "Ada Lovelace 42",
            "InstructGPT1",
            "qwertyuiop")) {
      assertThat(keys(easy)).as(easy).containsExactly("join.password-common");
    }
  }

  /// ASVS 6.2.4 asks for the 3,000 most common ones that the rules would let through.
  @Test
  void noneOfTheCommonPasswordsIsTaken() throws IOException {
    List<String> common = new ArrayList<>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                Dictionary.class.getResourceAsStream("dictionaries/passwords.txt"),
                StandardCharsets.UTF_8))) {
      lines.lines().filter(line -> line.length() >= Passwords.FEWEST).forEach(common::add);
    }
    assertThat(common).hasSizeGreaterThan(3000);
    assertThat(common).allMatch(password -> keys(password).contains("join.password-common"));
  }

  @Test
  void checkingALongPasswordIsFast() {
    var random = new Random(1);
    for (String letters : List.of("4@8({[<369!1|70$5+%2", "ab", "a1B2c3", "qwertyuiop", "你好")) {
      String password =
          random
              .ints(Passwords.MOST, 0, letters.length())
              .mapToObj(i -> letters.substring(i, i + 1))
              .collect(Collectors.joining());
      assertTimeout(Duration.ofSeconds(3), () -> keys(password), letters);
    }
  }

  private static List<String> keys(String password) {
    return Passwords.problems("Ada Lovelace", password).stream()
        .map(ApiError.Problem::key)
        .toList();
  }

  private long time(Optional<String> kept) {
    // Processor time: other programs on the machine do not count.
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    passwords.fits("not the password", kept);
    return threads.getCurrentThreadCpuTime() - start;
  }

  private static double median(List<long[]> times, int index) {
    return times.stream().mapToLong(pair -> pair[index]).sorted().toArray()[times.size() / 2];
  }

  private static byte[] bytes(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
