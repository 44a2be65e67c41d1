package org.instructgpt.simulation;

import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// The personal data that customers put into prompts without need: names, addresses, numbers.
///
/// All of it is invented or reserved for examples: names that nobody in this world has, mail at
/// example.org, 555-01xx phones, the card numbers of test systems, the account numbers of manuals.
final class PersonalDetails {
  private static final List<String> FIRST =
      List.of("Dana", "Marcus", "Sophie", "Victor", "Laura", "Henry", "Alice", "Robert");
  private static final List<String> LAST =
      List.of("Pell", "Morgan", "Whitfield", "Sanders", "Novak", "Brooks", "Keller", "Hughes");
  private static final List<String> CARDS =
      List.of(
          "4111 1111 1111 1111", "5555 5555 5555 4444", "4242 4242 4242 4242", "3782 822463 10005");
  private static final List<String> ACCOUNTS =
      List.of(
          "DE89 3704 0044 0532 0130 00",
          "GB82 WEST 1234 5698 7654 32",
          "FR14 2004 1010 0505 0001 3M02 606");
  private static final List<String> STREETS =
      List.of("Mill Lane", "Station Road", "Oak Street", "Park Avenue");

  private PersonalDetails() {}

  /// The question with a sentence of personal data before or after it.
  static String around(String question, RandomGenerator random) {
    String first = RandomChoice.one(FIRST, random);
    String last = RandomChoice.one(LAST, random);
    String mail = (first + "." + last).toLowerCase(Locale.ROOT) + "@example.org";
    String phone = "(212) 555-01%02d".formatted(random.nextInt(100));
    String details =
        switch (random.nextInt(7)) {
          case 0 -> "My name is " + first + " " + last + " and my mail is " + mail + ".";
          case 1 -> "You can write to me at " + mail + ".";
          case 2 -> "My phone number is " + phone + ".";
          case 3 -> "I am " + first + " " + last + ", call me at " + phone + ".";
          case 4 -> "My card number is " + RandomChoice.one(CARDS, random) + ".";
          case 5 -> "My account is IBAN " + RandomChoice.one(ACCOUNTS, random) + ".";
          default ->
              "My name is %s %s and I live at %d %s."
                  .formatted(
                      first, last, 1 + random.nextInt(90), RandomChoice.one(STREETS, random));
        };
    // Nothing may stand after "Assistant:" or a text to be translated.
    boolean closed = ".!?".indexOf(question.charAt(question.length() - 1)) >= 0;
    return !closed || random.nextBoolean() ? details + " " + question : question + " " + details;
  }
}
