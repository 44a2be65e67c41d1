package org.instructgpt.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
final class PersonalDataTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Write to ann.smith+news@mail.example.org.      | Write to [email].
          <bob@example.co.uk>, "c_d@example.com"         | <[email]>, "[email]"
          mailto:x@example.org or not                    | mailto:[email] or not
          Pay to GB82 WEST 1234 5698 7654 32 please      | Pay to [iban] please
          my iban is de89370400440532013000              | my iban is [iban]
          Card 4111 1111 1111 1111, thanks               | Card [card], thanks
          Card 4111 1111 1111 1111 12/27 or 4111 1111 1111 1111 123 | Card [card] 12/27 or [card] 123
          Card 378282246310005 or 4111-1111-1111-1111    | Card [card] or [card]
          Ping 192.168.0.1 and 10.0.0.255.               | Ping [ip] and [ip].
          Is 2001:db8::8a2e:370:7334 up?                 | Is [ip] up?
          Open [fe80::1]:8080 now                        | Open [[ip]]:8080 now
          My SSN is 536-90-4399.                         | My SSN is [social security].
          Call me at 9320 7126                           | Call me at [phone]
          +44 20 7946 0958 is the number                 | [phone] is the number
          (212) 555-0123 x45                             | [phone]
          Tel.: 030/123456                               | Tel.: [phone]
          我的手机是13812345678                           | 我的手机是[phone]
          I live at 221 Baker Street, Apt 4, in London   | I live at [address], in London
          Er wohnt Gumpendorfer Strasse 44               | Er wohnt [address]
          Send it to 12 Rue de la Paix, Paris            | Send it to [address], Paris
          P.O. Box 123                                   | [address]
          My name is Ann van der Berg, hello             | My name is [name], hello
          Dear Tom, how are you?                         | Dear [name], how are you?
          Ask dr. Miller or ms. jones                    | Ask dr. [name] or ms. [name]
          """)
  void personalDataIsReplacedByMarks(String text, String redacted) {
    assertThat(redact(text)).isEqualTo(redacted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Meet me @ noon, or @home, user@localhost",
        "GB82 WEST 1234 5698 7654 33 has a wrong checksum",
        "4111 1111 1111 1112 has a wrong last digit",
        "9999 9999 9999 9999 belongs to no issuer",
        "Version 1.2.3 of 300.1.2.3",
        "At 12:30:45 std::vector<int> and Bad::Cafe",
        "Born 2007-03-23 18:43:36, died 12/11/2020",
        "In 1990-1995 there were 1,234,567 people, 3.14159265",
        "He paid $1250000 for 120 000 units",
        "What is 123456789 times 987654321?",
        "Call it 12345",
        "I am French and this is America",
        "I love Paris in May. Dear Sir, hello World!",
        "The streets of 10 towns",
        "Who was Abraham Lincoln?",
      })
  void otherNumbersAndWordsAreLeftAlone(String text) {
    assertThat(redact(text)).isEqualTo(text);
  }

  @Test
  void aNameOfNoPrivatePersonHasLowConfidence() {
    String text = "Who was Abraham Lincoln? And did Sarah Connor win?";
    assertThat(PersonalData.find(text))
        .extracting(span -> span.in(text))
        .containsExactly("Sarah Connor");
    assertThat(PersonalData.find(text))
        .allMatch(span -> span.confidence() == PersonalData.LOOSE_NAME);
  }

  @Test
  void aCardIsNoPhoneEvenIfOnlyPhonesAreWanted() {
    String text = "Call 4111 1111 1111 1111";
    assertThat(PersonalData.find(text, Set.of(PersonalDataKind.PHONE))).isEmpty();
    assertThat(PersonalData.find(text, Set.of(PersonalDataKind.CARD))).hasSize(1);
  }

  @Test
  void anEmptyTextHoldsNothing() {
    assertThat(PersonalData.find("")).isEmpty();
    assertThat(PersonalData.redact("", List.of())).isEmpty();
  }

  @Test
  void spansThatDoNotFitAreRefused() {
    PersonalDataSpan first = new PersonalDataSpan(PersonalDataKind.NAME, 0, 5, 1);
    PersonalDataSpan second = new PersonalDataSpan(PersonalDataKind.NAME, 3, 8, 1);
    assertThatThrownBy(() -> PersonalData.redact("hello world", List.of(first, second)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PersonalData.redact("hell", List.of(first)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// Text made to keep regular expressions busy: 100,000 characters take seconds at most.
  @ParameterizedTest
  @ValueSource(
      strings = {"1", "1 ", "a@", "a.", "12 ab ", "A b ", "1:", "(1", "GB82 ", "Ann ", "Rue 1 "})
  void aPathologicalTextTakesLinearTime(String part) {
    String text = part.repeat(100_000 / part.length());
    var thread = ManagementFactory.getThreadMXBean();
    long start = thread.getCurrentThreadCpuTime();
    PersonalData.redact(text, PersonalData.find(text));
    assertThat((thread.getCurrentThreadCpuTime() - start) / 1e9).isLessThan(3);
  }

  private static String redact(String text) {
    List<PersonalDataSpan> found =
        PersonalData.find(text).stream().filter(span -> span.confidence() >= .5).toList();
    return PersonalData.redact(text, found);
  }
}
