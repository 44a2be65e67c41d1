package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.validator.routines.InetAddressValidator;

/// Finds IP addresses.
final class NetworkAddresses {
  private static final double CERTAIN = 0.99;

  /// Four numbers. A software version such as 1.2.3.4 cannot be told apart.
  private static final Pattern VERSION_4 =
      Pattern.compile("(?<![\\w.])\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}(?!\\w|\\.\\d)");

  /// A run of the characters of version 6; the look-behind keeps words such as `std::add` out.
  private static final Pattern VERSION_6 =
      Pattern.compile("(?<![\\p{L}\\p{N}_:.])[0-9A-Fa-f:.]{3,}+(?![\\p{L}\\p{N}_])");

  private static final Pattern TRAILING = Pattern.compile("(?:\\.|(?<!:):)++$");

  private NetworkAddresses() {}

  static List<PersonalDataSpan> find(String text) {
    List<PersonalDataSpan> found = new ArrayList<>();
    InetAddressValidator addresses = InetAddressValidator.getInstance();
    Matcher four = VERSION_4.matcher(text);
    while (four.find()) {
      if (addresses.isValidInet4Address(four.group())) {
        found.add(new PersonalDataSpan(PersonalDataKind.IP, four.start(), four.end(), CERTAIN));
      }
    }
    if (text.indexOf(':') >= 0) {
      version6(text, addresses, found);
    }
    return found;
  }

  private static void version6(
      String text, InetAddressValidator addresses, List<PersonalDataSpan> found) {
    Matcher six = VERSION_6.matcher(text);
    while (six.find()) {
      String run = TRAILING.matcher(six.group()).replaceFirst("");
      boolean colons = run.contains("::") || run.chars().filter(c -> c == ':').count() >= 6;
      // Without a digit it is a word of some programming language: `Bad::Cafe`.
      boolean digit = run.chars().anyMatch(Character::isDigit);
      if (colons && digit && addresses.isValidInet6Address(run)) {
        found.add(
            new PersonalDataSpan(
                PersonalDataKind.IP, six.start(), six.start() + run.length(), CERTAIN));
      }
    }
  }
}
