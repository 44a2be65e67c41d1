package org.instructgpt.collect;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.instructgpt.collect.PersonalData.Kind;
import org.instructgpt.collect.PersonalData.Span;

/// Where somebody lives: a word for a street with a house number before or after it, as Europe and
/// America write it; a post-office box; an apartment. A street whose name does not say that it is
/// one ("Kromwater 38") is not found, nor is a town by itself.
final class StreetAddresses {
  private static final double LIKELY = 0.8;
  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

  private static final String START = "(?<![\\p{L}\\p{N}])";
  private static final String END = "(?![\\p{L}\\p{N}])";

  /// A word of a street's name.
  private static final String WORD = "[\\p{L}\\p{N}.'’-]{1,30}";

  /// An apartment after a street.
  private static final String APARTMENT =
      "(?:(?:apt|apartment|suite|ste|unit|flat|floor|room)\\.?|#) ?#?\\d{1,5}\\p{L}?";

  private static final List<Pattern> FORMS =
      List.of(
          // 3314 Harley Brook Lane, 15 Millicent Drive
          form(
              START
                  + "\\d{1,5}\\p{L}? (?:"
                  + WORD
                  + " ){1,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|place|pl|square|sq"
                  + "|boulevard|blvd|parkway|pkwy|terrace|way|close|crescent|highway|hwy|str)"
                  + END),
          // Nassaustraat 123, Genterstrasse 49, Björkvägen 55
          form(
              START
                  + "\\p{L}{2,30}(?:stra(?:ß|ss)e|str\\.?|straat|weg|gasse|allee|platz|plein|laan|dreef|singel|kade"
                  + "|gade|vej|vegen|veien|vei|vägen|stigen|gatan|gata|katu|tie|gatve|braut|vegur) \\d{1,4}\\p{L}?"
                  + END),
          // Gumpendorfer Strasse 44, Dózsa György út 78, Gosposka ulica 61
          form(
              START
                  + WORD
                  + " (?:stra(?:ß|ss)e|str\\.?|utca|u\\.|út|útja|tér|ulica|tee|allé|weg|gate|vei|byvej|rakpart|rkp\\.) \\d{1,4}"
                  + END),
          // Rue de la Sarthe 421, Via Moiariello 102, ul. Karpacka 69, C/ Manuel Iradier 77
          form(START + romance() + "(?: " + WORD + "){1,5}? \\d{1,5}" + END),
          // 29 Rue Aghlab, 19 rue La Boétie
          form(START + "\\d{1,4},? " + romance() + "(?: " + WORD + "){1,3}"),
          form(START + "(?:p\\. ?o\\. ?box|po box|postbox|postfach|casilla|box) \\d{1,6}" + END),
          form(START + "(?:psc|unit) \\d{2,5},? box \\d{2,5}" + END),
          form(START + "[adf]po,? a[aep] \\d{5}" + END),
          form(START + APARTMENT + END));

  /// Every form has a word of these; looking for one of them is cheap.
  private static final Pattern TAIL = form("[,\\s]{1,4}" + APARTMENT + END);

  private StreetAddresses() {}

  private static Pattern form(String pattern) {
    return Pattern.compile(pattern, FLAGS);
  }

  private static String romance() {
    return "(?:rue|avenue|boulevard|quai|cours|place|via|viale|piazza|corso|calle|avenida|avda\\.?|ctra\\.|plaza|paseo"
        + "|rua|travessa|largo|estrada|ul\\.|c/)";
  }

  static List<Span> find(String text) {
    List<Span> found = new ArrayList<>();
    for (Pattern form : FORMS) {
      Matcher street = form.matcher(text);
      while (street.find()) {
        Matcher tail = TAIL.matcher(text).region(street.end(), text.length());
        int end = tail.lookingAt() ? tail.end() : street.end();
        found.add(new Span(Kind.ADDRESS, street.start(), end, LIKELY));
      }
    }
    return found;
  }
}
