package org.instructgpt.collect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.Character.UnicodeScript;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorME;
import opennlp.tools.langdetect.LanguageDetectorModel;

/// Guesses the language of a text.
///
/// Scripts that only one of the common languages uses (Han, kana, hangul, Greek, Thai and so on)
/// decide by themselves. For the others Apache OpenNLP's model of letter n-grams is asked. It knows
/// 103 languages, and on a short text loses itself among the rare ones (English questions that look
/// a little like Pampanga), so only the 31 common ones of [#CODES] stand for choice, and their
/// probabilities are taken relative to each other. The guess is *unknown* when the text is too
/// short or no language is clearly the best.
///
/// The paper used langid.py, and found 96% of its prompts to be English, guessing that 99% are
/// (App. A.4): such classifiers err on short and odd texts, so what is unknown should not be
/// dropped.
public final class Languages {
  private static final Map<String, String> CANDIDATES = new TreeMap<>();

  static {
    String[] codes = {
      "ara ar", "bul bg", "cat ca", "ces cs", "dan da", "deu de", "ell el", "eng en", "est et",
      "fas fa", "fin fi", "fra fr", "heb he", "hin hi", "hun hu", "ind id", "ita it", "jpn ja",
      "kor ko", "lit lt", "lav lv", "nld nl", "nob no", "pol pl", "por pt", "ron ro", "rus ru",
      "spa es", "swe sv", "tha th", "tur tr", "ukr uk", "vie vi", "cmn zh"
    };
    for (String pair : codes) {
      CANDIDATES.put(pair.substring(0, 3), pair.substring(4));
    }
  }

  /// ISO 639-1 codes of the languages that can be told apart.
  public static final Set<String> CODES =
      Collections.unmodifiableSet(new TreeSet<>(CANDIDATES.values()));

  /// Scripts that mean one language.
  private static final Map<UnicodeScript, String> SCRIPTS =
      new EnumMap<>(
          Map.of(
              UnicodeScript.HIRAGANA, "ja",
              UnicodeScript.KATAKANA, "ja",
              UnicodeScript.HANGUL, "ko",
              UnicodeScript.HAN, "zh",
              UnicodeScript.GREEK, "el",
              UnicodeScript.THAI, "th",
              UnicodeScript.HEBREW, "he",
              UnicodeScript.DEVANAGARI, "hi"));

  private static final int LEAST_LETTERS = 16;
  private static final int MOST_CHARACTERS = 600;
  private static final double CLEAR = 0.5;

  private static final Languages ANY = new Languages();

  private final LanguageDetectorME detector;

  private Languages() {
    try (InputStream in = Languages.class.getResourceAsStream("/langdetect-183.bin")) {
      if (in == null) {
        throw new IllegalStateException("the class path lacks opennlp-models-langdetect");
      }
      detector = new LanguageDetectorME(new LanguageDetectorModel(in));
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
  }

  /// @param code ISO 639-1 (`en`), or [#UNKNOWN]'s
  /// @param probability among the languages of [#CODES]
  public record Guess(String code, double probability) {
    /// The language cannot be told; its code is that of ISO 639-2 for *undetermined*.
    public static final Guess UNKNOWN = new Guess("und", 0);

    public boolean isUnknown() {
      return equals(UNKNOWN);
    }
  }

  /// The language of a text; of a long one, of its beginning.
  public static Guess guess(String text) {
    String head = text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS);
    Map<UnicodeScript, Integer> letters = new EnumMap<>(UnicodeScript.class);
    head.codePoints()
        .filter(Character::isLetter)
        .forEach(c -> letters.merge(UnicodeScript.of(c), 1, Integer::sum));
    int all = letters.values().stream().mapToInt(Integer::intValue).sum();
    for (Map.Entry<UnicodeScript, String> script : SCRIPTS.entrySet()) {
      int count = letters.getOrDefault(script.getKey(), 0);
      boolean japanese = script.getValue().equals("ja") && count > 0 && count * 8 >= all;
      if (japanese || count * 2 > all) {
        boolean kana = letters.containsKey(UnicodeScript.HIRAGANA);
        return new Guess(
            script.getKey() == UnicodeScript.HAN && kana ? "ja" : script.getValue(), 1);
      }
    }
    return all < LEAST_LETTERS ? Guess.UNKNOWN : ANY.byLetters(head);
  }

  private Guess byLetters(String text) {
    String best = "";
    double most = 0;
    double sum = 0;
    for (Language language : detector.predictLanguages(text)) {
      String code = CANDIDATES.get(language.getLang());
      if (code != null) {
        sum += language.getConfidence();
        if (language.getConfidence() > most) {
          most = language.getConfidence();
          best = code;
        }
      }
    }
    return most > CLEAR * sum ? new Guess(best, most / sum) : Guess.UNKNOWN;
  }

  /// Codes that are known here, sorted.
  static Set<String> checked(Set<String> codes) {
    for (String code : codes) {
      if (!CODES.contains(code)) {
        throw new IllegalArgumentException(
            "languages: expected ISO 639-1 codes among " + CODES + ", found \"" + code + "\"");
      }
    }
    return Collections.unmodifiableSet(new TreeSet<>(codes));
  }
}
