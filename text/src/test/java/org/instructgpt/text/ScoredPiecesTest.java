package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.instructgpt.files.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoredPiecesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> WORDS =
      List.of(
          "e", "t", "a", "h", "n", " ", "he", " t", "an", " the", " than", "ha", "than", "é", "at",
          "ath", "hat", "\n");

  @TempDir private Path folder;

  /// The pieces of WORDS behind the bytes, the first with the highest score but for the letters,
  /// which have the lowest.
  private Path file() throws IOException {
    var pieces = new ArrayList<>(List.of("<unk>", "\n<s>\n", "\n</s>\n"));
    for (int b = 0; b < 256; b++) {
      pieces.add("<0x%02X>".formatted(b));
    }
    pieces.addAll(WORDS);
    var bytes = ByteBuffer.allocate(20_000).order(ByteOrder.LITTLE_ENDIAN).putInt(5);
    for (int id = 0; id < pieces.size(); id++) {
      var piece = pieces.get(id).getBytes(StandardCharsets.UTF_8);
      float score = pieces.get(id).length() == 1 ? -1000 - id : -id;
      bytes.putFloat(score).putInt(piece.length).put(piece);
    }
    return Files.write(
        folder.resolve("tokenizer.bin"), Arrays.copyOf(bytes.array(), bytes.position()));
  }

  @Test
  void textsAreJoinedAsByTheLoops() throws IOException {
    var tokenizer = Tokenizers.load(file());
    var pieces = ScoredPieces.read(file());
    var random = new Random(1);
    for (int i = 0; i < 3_000; i++) {
      var text = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        text.append(random.nextInt(12) == 0 ? "ß" : WORDS.get(random.nextInt(WORDS.size())));
      }
      assertThat(tokenizer.encode(text.toString()))
          .as("'%s'", text)
          .containsExactly(joined(pieces, text.toString()));
      assertThat(tokenizer.decode(tokenizer.encode(text.toString()))).isEqualTo(text.toString());
    }
  }

  @Test
  void theStoriesOfLlama2cHaveItsIds() throws IOException {
    var stories = SharedData.file("stories260K");
    var golden = JSON.readTree(stories.resolve("golden.json").toFile());
    int[] ids = JSON.convertValue(golden.path("greedy_ids"), int[].class);
    var text = golden.path("greedy_text_published").asText();
    var saved = Files.createDirectory(folder.resolve("saved"));
    Tokenizers.load(stories).saveAll(saved);
    for (var place : List.of(stories, saved)) {
      var tokenizer = Tokenizers.load(place);
      assertThat(tokenizer.encode(text)).containsExactly(ids);
      assertThat(tokenizer.decode(ids)).isEqualTo(text);
      assertThat(tokenizer.encodeFromStart(text)).startsWith(1).hasSize(ids.length + 1);
      assertThat(tokenizer.endOfText()).isEqualTo(2);
      assertThat(tokenizer.vocabularySize()).isEqualTo(512);
      assertThat(PromptTemplate.VERBATIM.prompt(tokenizer, "")).containsExactly(1);
    }
    assertThat(Tokenizers.difference(Tokenizers.load(stories), Tokenizers.load(saved))).isEmpty();
    var pieces = ScoredPieces.read(stories.resolve("tok512.reconstructed.bin"));
    var sampled = golden.at("/sampled/text_published").asText();
    for (int end = 0; end <= sampled.length(); end += 7) {
      assertThat(Tokenizers.load(saved).encode(sampled.substring(0, end)))
          .containsExactly(joined(pieces, sampled.substring(0, end)));
    }
  }

  @Test
  void theTokensAtTheBordersOfTextsAreNoText() throws IOException {
    var tokenizer = Tokenizers.load(file());
    assertThat(tokenizer.beginOfText()).hasValue(1);
    for (var spelling : List.of("<s>", "</s>", "<unk>", "\n<s>\n")) {
      assertThat(tokenizer.encode(spelling)).doesNotContain(0, 1, 2);
    }
    assertThat(tokenizer.encode("")).isEmpty();
    assertThat(tokenizer.spelling(2)).isEqualTo(Optional.of("</s>"));
  }

  @Test
  void aTextThatLosesItsBeginningKeepsTheTokenThatBeginsTexts() throws IOException {
    var tokenizer = Tokenizers.load(file());
    int[] ids = tokenizer.encodeFromStart("the the the");
    assertThat(ids).startsWith(1).hasSizeGreaterThan(3);
    assertThat(tokenizer.last(ids, 3)).containsExactly(1, ids[ids.length - 2], ids[ids.length - 1]);
    assertThat(tokenizer.last(ids, 1)).containsExactly(1);
    assertThat(tokenizer.last(ids, ids.length)).isEqualTo(ids);
    int[] without = tokenizer.encode("the the the");
    assertThat(tokenizer.last(without, 2))
        .containsExactly(without[without.length - 2], without[without.length - 1]);
  }

  @Test
  void aTokenizerThatBeginsTextsDiffersFromOneThatDoesNot() throws IOException {
    Tokenizers.load(file()).saveAll(folder);
    var begins = Tokenizers.load(folder.resolve("tokenizer.json"));
    assertThat(begins.beginOfText()).hasValue(1);
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"</s>\"}");
    var not = Tokenizers.load(folder.resolve("tokenizer.json"));
    assertThat(not.encodeFromStart("the")).isEqualTo(not.encode("the"));
    assertThat(Tokenizers.difference(begins, not))
        .hasValue("a text begins with the id 1 in the first, with its own first id in the second");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"eos_token\": \"</s>\", \"add_bos_token\": true, \"bos_token\": \"<begin>\"}");
    assertThatThrownBy(() -> Tokenizers.load(folder.resolve("tokenizer.json")))
        .hasMessageContaining("begins with '<begin>'");
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"add_bos_token\": true}");
    assertThatThrownBy(() -> Tokenizers.load(folder.resolve("tokenizer.json")))
        .hasMessageContaining("bos_token names no token");
  }

  @Test
  void whatIsDamagedIsRefused() throws IOException {
    var whole = Files.readAllBytes(file());
    for (int length : new int[] {0, 3, 4, 11, whole.length / 2, whole.length - 1}) {
      Files.write(folder.resolve("tokenizer.bin"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Tokenizers.load(folder))
          .as("%d bytes", length)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tokenizer.bin: expected a tokenizer of llama2.c");
    }
    for (int at : new int[] {8, 4 + 8 + 5 + 4 + 3, 54}) { // lengths, a byte's name
      var other = whole.clone();
      other[at] = (byte) 0xff;
      Files.write(folder.resolve("tokenizer.bin"), other);
      assertThatThrownBy(() -> Tokenizers.load(folder))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tokenizer.bin: expected");
    }
  }

  /// Joins neighbours as llama2.c's `run.c` does, in plain loops.
  private static int[] joined(ScoredPieces pieces, String text) {
    var ids = new ArrayList<Integer>();
    (text.isEmpty() ? "" : " " + text)
        .codePoints()
        .mapToObj(Character::toString)
        .forEach(letter -> {
          int id = pieces.pieces().indexOf(letter);
          if (id >= 0) {
            ids.add(id);
          } else {
            for (byte b : letter.getBytes(StandardCharsets.UTF_8)) {
              ids.add(3 + (b & 0xff));
            }
          }
        });
    while (true) {
      float best = -1e10f;
      int at = -1;
      int whole = -1;
      for (int i = 0; i + 1 < ids.size(); i++) {
        int id =
            pieces
                .pieces()
                .indexOf(pieces.pieces().get(ids.get(i)) + pieces.pieces().get(ids.get(i + 1)));
        if (id >= 0 && pieces.scores()[id] > best) {
          best = pieces.scores()[id];
          at = i;
          whole = id;
        }
      }
      if (at < 0) {
        return ids.stream().mapToInt(id -> id).toArray();
      }
      ids.set(at, whole);
      ids.remove(at + 1);
    }
  }
}
