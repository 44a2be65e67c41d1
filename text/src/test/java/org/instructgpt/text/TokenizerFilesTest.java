package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesTest {

  private final ByteLevelBpe small =
      (ByteLevelBpe) BpeTrainer.train(List.of("the cat and the dog and the cat"), 270);

  @TempDir private Path folder;

  @Test
  void aSavedTokenizerIsTheSame() throws IOException {
    small.saveAll(folder);
    Tokenizer again = Tokenizers.load(folder);
    assertThat(again.encode("the cat's hat")).isEqualTo(small.encode("the cat's hat"));
    assertThat(again.vocabularySize()).isEqualTo(270);
    assertThat(again.endOfText()).isEqualTo(small.endOfText());
    assertThat(again.pad()).isEqualTo(small.pad()).isNotEqualTo(again.endOfText());
    Path copy = folder.resolve("copy.json");
    again.save(copy);
    assertThat(copy).hasSameBinaryContentAs(folder.resolve("tokenizer.json"));
  }

  @Test
  void mergesMayBeWrittenAsPairs() throws IOException {
    Tokenizer read = load(json -> pairs((ArrayNode) json.path("model").path("merges")));
    assertThat(read).isInstanceOf(ByteLevelBpe.class);
    assertThat(read.encode("the cat")).isEqualTo(small.encode("the cat"));
  }

  private static void pairs(ArrayNode merges) {
    for (int i = 0; i < merges.size(); i++) {
      String[] parts = merges.get(i).asText().split(" ", -1);
      merges.set(i, new ObjectMapper().createArrayNode().add(parts[0]).add(parts[1]));
    }
  }

  @Test
  void aPadTokenThatIsTheEndOfTextIsNotTaken() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"eos_token": {"content": "<|pad|>"}, "pad_token": "<|pad|>"}\
        """);
    Tokenizer read = load(_ -> {});
    assertThat(read.endOfText()).isEqualTo(1);
    assertThat(read.pad()).isNotEqualTo(1);
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> Tokenizers.load(folder.resolve("none.json")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no file")
        .hasMessageContaining("none.json");
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no tokenizer: expected tokenizer.json, or vocab.json");
  }

  @Test
  void aTruncatedFileIsRefusedWithItsLine() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    small.save(file);
    String whole = Files.readString(file);
    for (int length : new int[] {0, 1, whole.length() / 3, whole.length() - 2}) {
      Files.writeString(file, whole.substring(0, length));
      assertThatThrownBy(() -> Tokenizers.load(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tokenizer.json")
          .hasMessageContaining("expected a");
    }
  }

  @Test
  void allMistakesOfAFileAreReportedTogether() {
    assertThatThrownBy(() ->
            load(json -> {
              ObjectNode vocabulary = (ObjectNode) json.path("model").path("vocab");
              vocabulary.put("twin", 7);
              vocabulary.put("bad", -4);
              ((ArrayNode) json.path("model").path("merges")).add("t zzz").add("one").add("t h");
            }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.vocab 'twin': expected an id of its own, found 7")
        .hasMessageContaining("model.vocab 'bad': expected an id from 0")
        .hasMessageContaining("model.merges[12]: names 'zzz', which is not in the vocabulary")
        .hasMessageContaining("model.merges[13]: expected two tokens, found [one]");
  }

  @Test
  void aMergeThatIsThereTwiceIsRefused() {
    assertThatThrownBy(() ->
            load(json -> {
              ArrayNode merges = (ArrayNode) json.path("model").path("merges");
              merges.add(merges.get(0));
            }))
        .hasMessageContaining("is there twice");
  }

  @Test
  void aFileThatIsNoTokenizerIsRefused() throws IOException {
    Path file = folder.resolve("vocab.json");
    Files.writeString(file, "{\"a\": 1}");
    assertThatThrownBy(() -> Tokenizers.load(file)).hasMessageContaining("expected a Hugging Face");
    Files.writeString(file, "[1]");
    assertThatThrownBy(() -> Tokenizers.load(file)).hasMessageContaining("found array");
    Files.writeString(file, "{\"a\": 1, \"a\": 2}");
    assertThatThrownBy(() -> Tokenizers.load(file)).hasMessageContaining("Duplicate");
  }

  @Test
  void brokenMergesOfGpt2AreRefusedWithTheirLine() throws IOException {
    Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0, \"<|endoftext|>\": 1}");
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na\na q\n");
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("merges.txt line 2: expected two tokens, found [a]")
        .hasMessageContaining("merges.txt line 3: names 'q'")
        .hasMessageContaining("and 2");
  }

  private Tokenizer load(Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = BpeJsonWriter.write(small);
    change.accept(json);
    Path file = folder.resolve("tokenizer.json");
    Files.write(file, TokenizerJson.bytes(json));
    return Tokenizers.load(file);
  }
}
