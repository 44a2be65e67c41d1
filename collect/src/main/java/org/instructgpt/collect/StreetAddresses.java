package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds postal addresses: a word for a street with a house number before or after it, as in Europe
/// and America; a post-office box; an apartment. A street without such a word in its name
/// ("Kromwater 38") is not found, nor is a town by itself.
final class StreetAddresses {
  private static final double LIKELY = 0.8;
  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

  private static final String START = "(?<![\\p{L}\\p{N}])";
  private static final String END = "(?![\\p{L}\\p{N}])";

  /// A word of a street's name.
  private static final String WORD = "[\\p{L}\\p{N}.'’-]{1,30}";

  /// An apartment after a street.
  private static final String APARTMENT = "(?:apt\\.?|apartment|suite|ste\\.) ?#?\\d{1,5}\\p{L}?";

  private static final String SAXON =
      "(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|place|pl|square|sq|boulevard|blvd"
          + "|parkway|pkwy|terrace|way|close|crescent|highway|hwy|str)";

  private static final String ROMANCE =
      "(?:rue|avenue|boulevard|quai|cours|place|via|viale|piazza|corso|calle|avenida|avda\\.?"
          + "|ctra\\.|plaza|paseo"
          + "|rua|travessa|largo|estrada|ul\\.|c/)";

  private static final List<Pattern> FORMS =
      List.of(
          // 3314 Harley Brook Lane, 15 Millicent Drive: with capitals, since "5 hours to drive" has
          // none
          Pattern.compile(
              START
                  + "\\d{1,5}\\p{L}? (?:(?:\\p{Lu}[\\p{L}.'’-]{0,29}|\\d{1,3}(?:st|nd|rd|th)|of"
                  + "|the|de|van) ){1,4}"
                  + "(?=\\p{Lu})(?i:"
                  + SAXON
                  + ")"
                  + END),
          // Nassaustraat 123, Genterstrasse 49, Björkvägen 55
          form(
              START
                  + "\\p{L}{2,30}(?:stra(?:ß|ss)e|str\\.?|straat|weg|gasse|allee|platz|plein"
                  + "|laan|dreef|singel|kade"
                  + "|gade|vej|vegen|veien|vei|vägen|stigen|gatan|gata|katu|tie|gatve|braut"
                  + "|vegur) \\d{1,4}\\p{L}?"
                  + END),
          // Gumpendorfer Strasse 44, Dózsa György út 78, Gosposka ulica 61
          form(
              START
                  + WORD
                  + " (?:stra(?:ß|ss)e|str\\.?|utca|u\\.|út|útja|tér|ulica|tee|allé|gate|vei"
                  + "|byvej|rakpart|rkp\\.) \\d{1,4}"
                  + END),
          // Rue de la Sarthe 421, Via Moiariello 102, ul. Karpacka 69, C/ Manuel Iradier 77
          Pattern.compile(
              START
                  + "(?i:"
                  + ROMANCE
                  + ")(?: (?:\\p{Lu}|d[aeio]|la|las|los|el|al"
                  + "|ibn)[\\p{L}.'’-]{0,30}){1,5}? \\d{1,5}"
                  + END),
          // 29 Rue Aghlab, 19 rue La Boétie
          Pattern.compile(
              START
                  + "\\d{1,4},? (?i:"
                  + ROMANCE
                  + ")(?: (?:d[aeu]s?|la|las|le|les|los|el|al)){0,2}(?: \\p{Lu}"
                  + WORD
                  + "){1,3}"),
          form(START + "(?:p\\. ?o\\. ?box|po box|postbox|postfach|casilla) \\d{1,6}" + END),
          form(START + "(?:psc|unit) \\d{2,5},? box \\d{2,5}" + END),
          form(START + "[adf]po,? a[aep] \\d{5}" + END),
          form(START + "(?:zip|postcode|postal code)(?: code)?:? \\d{4,6}" + END),
          form(START + APARTMENT + END));

  /// A number, some words and a number or a word for a street, where the words before announce an
  /// address.
  private static final Pattern AFTER_ADDRESS_WORDS =
      form(
          START
              + "(?:address(?:es)?|lives?|located|moved|taxi|deliver\\p{L}*|ship|mail"
              + "|send)(?!\\p{L})[^.!?]{0,40}?"
              + "[\\s:](?<street>\\d{1,5} (?:"
              + WORD
              + " ){1,5}?(?:\\d{1,5}|"
              + SAXON
              + "))"
              + END);

  private static final Pattern TAIL =
      form("[,\\s]{1,4}(?:" + APARTMENT + "|(?:unit|flat|floor|room|#) ?\\d{1,5})" + END);

  private StreetAddresses() {}

  private static Pattern form(String pattern) {
    return Pattern.compile(pattern, FLAGS);
  }

  static List<PersonalDataSpan> find(String text) {
    List<PersonalDataSpan> found = new ArrayList<>();
    Matcher said = AFTER_ADDRESS_WORDS.matcher(text);
    while (said.find()) {
      found.add(withApartment(text, said.start("street"), said.end("street")));
    }
    for (Pattern form : FORMS) {
      Matcher street = form.matcher(text);
      while (street.find()) {
        found.add(withApartment(text, street.start(), street.end()));
      }
    }
    return found;
  }

  private static PersonalDataSpan withApartment(String text, int start, int end) {
    Matcher tail = TAIL.matcher(text).region(end, text.length());
    return new PersonalDataSpan(
        PersonalDataKind.ADDRESS, start, tail.lookingAt() ? tail.end() : end, LIKELY);
  }
}
