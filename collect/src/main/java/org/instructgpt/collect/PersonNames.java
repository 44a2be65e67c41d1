package org.instructgpt.collect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds names of persons. Where the text marks a private person (after a title, in an
/// introduction, a salutation or a signature) the confidence is high; elsewhere a common first
/// name, with the family name after it, is found with low confidence.
final class PersonNames {
  private static final double MARKED = 0.8;

  /// The confidence of a name that the text does not mark as that of a private person.
  static final double LOOSE = 0.4;

  /// One to three words that begin with capitals, or initials; particles between them.
  private static final String NAME =
      "\\p{Lu}[\\p{L}'’-]{1,30}(?:(?: (?:van|von|de|der|den|da|di|del|la|bin"
          + "|al)){0,2} \\p{Lu}(?:\\.|[\\p{L}'’-]+)){0,2}";

  /// After these a name follows, whether it has capitals or not.
  private static final Pattern TITLE =
      Pattern.compile(
          "(?<!\\p{L})(?:(?:[Mm]rs?|[Mm]s|MR|MRS|MS|[Dd]r)\\.? ("
              + NAME
              + "|\\p{Ll}{3,30})|(?:[Mm]iss|[Pp]rof(?:essor)?\\.?|[Ss]ir|Herrn?|Frau|Mme\\.?"
              + "|Monsieur|Madame|Señora?) ("
              + NAME
              + "))");

  private static final Pattern INTRODUCTION =
      Pattern.compile(
          "(?<!\\p{L})(?i:my name['’]s|name is|name ?:|call(?:s|ed)? me|i am|i['’]m"
              + "|under (?:the )?name|named? (?:him|her))"
              + "\\s{1,10}("
              + NAME
              + ")");

  /// At the beginning and the end of a letter.
  private static final Pattern SALUTATION =
      Pattern.compile(
          "(?<!\\p{L})(?i:(?:dear|hi|hello|hey),?|(?:regards|sincerely|yours|cheers|best wishes"
              + "|love),)\\s{1,3}("
              + NAME
              + ")(?=[\\s,!.:?]|$)");

  /// A person, though perhaps a public or fictional one.
  private static final Pattern MENTION =
      Pattern.compile(
          "(?<!\\p{L})(?:said|says|told|asked|met|named|follow up with|wife|husband|son|daughter"
              + "|brother|sister|kid"
              + "|friend|boss|partner|name\\?|(?:U|u)ser:)\\s{1,3}("
              + NAME
              + ")");

  private static final Pattern FIRST_AND_MORE = Pattern.compile("(?<![\\p{L}\\p{N}])" + NAME);

  private static final Set<String> FIRST_NAMES = words("first-names.txt");

  /// What follows "I am" or "Dear" with a capital and is no name.
  private static final Set<String> NO_NAMES = words("no-names.txt");

  private PersonNames() {}

  static List<PersonalDataSpan> find(String text) {
    List<PersonalDataSpan> found = new ArrayList<>();
    for (Pattern pattern : List.of(TITLE, INTRODUCTION, SALUTATION)) {
      follow(pattern, text, MARKED, found);
    }
    follow(MENTION, text, LOOSE, found);
    Matcher loose = FIRST_AND_MORE.matcher(text);
    while (loose.find()) {
      // In "Did Anna" the name begins with the second word.
      String words = loose.group();
      for (int at = 0; at >= 0; at = words.indexOf(' ', at + 1)) {
        int start = at == 0 ? 0 : at + 1;
        if (FIRST_NAMES.contains(firstWord(words, start))) {
          found.add(
              new PersonalDataSpan(
                  PersonalDataKind.NAME, loose.start() + start, loose.end(), LOOSE));
          break;
        }
      }
    }
    return found;
  }

  /// Finds the names that a pattern has in whichever of its groups took part.
  private static void follow(
      Pattern pattern, String text, double confidence, List<PersonalDataSpan> found) {
    Matcher said = pattern.matcher(text);
    while (said.find()) {
      int group = said.start(1) >= 0 ? 1 : 2;
      if (isName(said.group(group))) {
        found.add(
            new PersonalDataSpan(
                PersonalDataKind.NAME, said.start(group), said.end(group), confidence));
      }
    }
  }

  private static boolean isName(String words) {
    return !NO_NAMES.contains(firstWord(words, 0));
  }

  private static String firstWord(String words, int start) {
    int end = start;
    while (end < words.length() && Character.isLetter(words.charAt(end))) {
      end++;
    }
    return words.substring(start, end);
  }

  private static Set<String> words(String resource) {
    try (InputStream in = PersonNames.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new HashSet<>(List.of(text.strip().split("\\s+")));
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }
}
