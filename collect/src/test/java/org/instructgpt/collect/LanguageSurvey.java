package org.instructgpt.collect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.instructgpt.files.SharedData;

/// Which languages the guesses are on texts whose language is known. Run by hand.
final class LanguageSurvey {
  private LanguageSurvey() {}

  public static void main(String[] arguments) throws IOException {
    int right = 0;
    int unknown = 0;
    List<String[]> sentences = sentences();
    for (String[] sentence : sentences) {
      Languages.Guess guess = Languages.guess(sentence[1]);
      if (guess.code().equals(sentence[0])) {
        right++;
      } else {
        unknown += guess.isUnknown() ? 1 : 0;
        System.out.println(String.join(" ", sentence) + " -> " + guess);
      }
    }
    System.out.println(right + " right, " + unknown + " unknown of " + sentences.size());
    english("open-assistant/prompt_lottery_en_250_text.jsonl", "");
    english("gsm8k/train.jsonl", "question");
    english("self-instruct/seed_tasks.jsonl", "instruction");
  }

  /// Pairs of a code and a sentence.
  static List<String[]> sentences() throws IOException {
    List<String[]> sentences = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(LanguageSurvey.class.getResourceAsStream("sentences.tsv")),
                StandardCharsets.UTF_8))) {
      reader.lines().forEach(line -> sentences.add(line.split("\t", 2)));
    }
    return sentences;
  }

  private static void english(String file, String field) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Map<String, Integer> counts = new TreeMap<>();
    long start = System.nanoTime();
    for (String line : Files.readAllLines(SharedData.file(file))) {
      JsonNode row = mapper.readTree(line);
      String text = field.isEmpty() ? row.asText() : row.get(field).textValue();
      Languages.Guess guess = Languages.guess(text);
      counts.merge(guess.code(), 1, Integer::sum);
      if (!guess.code().equals("en") && !guess.isUnknown()) {
        System.out.println("   " + guess + " " + text.replace("\n", " "));
      }
    }
    System.out.println(file + " " + counts + " " + (System.nanoTime() - start) / 1e9 + " s");
  }
}
