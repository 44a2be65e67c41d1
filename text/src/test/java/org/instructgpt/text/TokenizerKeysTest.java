package org.instructgpt.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every key of the files that hold a tokenizer is obeyed, harmless or refused by name.
class TokenizerKeysTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @BeforeEach
  void save() throws IOException {
    BpeTrainer.train(
            List.of("the cat and the dog and the cat"), 270, List.of("<|endoftext|>", "<|end|>"))
        .saveAll(folder);
    Files.delete(folder.resolve("tokenizer_config.json"));
  }

  private void beside(String name, String json) throws IOException {
    Files.writeString(folder.resolve(name), json);
  }

  @Test
  void publishedTokenizersOpen() throws IOException {
    beside(
        "tokenizer_config.json",
        """
        {"add_bos_token": false, "add_prefix_space": false, "added_tokens_decoder": {},
         "bos_token": "<|endoftext|>", "clean_up_tokenization_spaces": true,
         "eos_token": {"__type": "AddedToken", "content": "<|endoftext|>", "lstrip": false},
         "errors": "replace", "model_max_length": 1024, "pad_token": null,
         "name_or_path": "gpt2", "special_tokens_map_file": null, "tokenizer_class": "GPT2Tokenizer",
         "unk_token": "<|endoftext|>"}
        """);
    beside(
        "special_tokens_map.json",
        "{\"bos_token\": \"a\", \"eos_token\": \"b\", \"unk_token\": \"c\"}");
    assertThat(Tokenizers.load(folder).endOfText()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tokenizer_config.json|add_eos_token|true|set it to false",
        "tokenizer_config.json|do_lower_case|true|whose normalizer can do it",
        "tokenizer_config.json|sp_model_kwargs|{\"x\": 1}|this key is unknown",
        "tokenizer_config.json|auto_map|{\"x\": 1}|never run",
        "tokenizer_config.json|add_bos_token|\"yes\"|expected true or false for",
        "tokenizer_config.json|bos_token|7|expected the spelling of a token for",
        "special_tokens_map.json|eos_token|{\"x\": 1}|expected the spelling of a token for",
        "special_tokens_map.json|image_token|\"<i>\"|this key is unknown",
        "tokenizer.json|surprise|1|this key is unknown"
      })
  void keysThatMayChangeTheIdsAreRefusedByName(String file, String key, String value, String why)
      throws IOException {
    var path = folder.resolve(file);
    var json =
        Files.exists(path) ? (ObjectNode) JSON.readTree(path.toFile()) : JSON.createObjectNode();
    json.set(key, JSON.readTree(value));
    beside(file, json.toString());
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file)
        .hasMessageContaining(key)
        .hasMessageContaining(why);
  }

  @Test
  void dropoutOfMergesIsRefused() throws IOException {
    var json = (ObjectNode) JSON.readTree(folder.resolve("tokenizer.json").toFile());
    ((ObjectNode) json.path("model")).put("dropout", 0.1);
    beside("tokenizer.json", json.toString());
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .hasMessageContaining("model.dropout is 0.1")
        .hasMessageContaining("set it to null");
  }

  @Test
  void theMapOfSpecialTokensNamesTheEndOfText() throws IOException {
    assertThat(Tokenizers.load(folder).endOfText()).isZero();
    beside("special_tokens_map.json", "{\"eos_token\": {\"content\": \"<|end|>\"}}");
    assertThat(Tokenizers.load(folder).endOfText()).isEqualTo(1);
    beside("tokenizer_config.json", "{\"eos_token\": \"<|endoftext|>\"}");
    assertThat(Tokenizers.load(folder).endOfText()).isZero();
  }

  @Test
  void theModelNamesTheEndOfTextOfATokenizerThatDoesNot() throws IOException {
    beside("config.json", "{\"eos_token_id\": [1, 0]}");
    assertThat(Tokenizers.load(folder).endOfText()).isEqualTo(1);
    beside("config.json", "{\"eos_token_id\": null}");
    beside("generation_config.json", "{\"eos_token_id\": 1}");
    assertThat(Tokenizers.load(folder).endOfText()).isEqualTo(1);
    beside("tokenizer_config.json", "{\"eos_token\": \"<|endoftext|>\"}");
    assertThat(Tokenizers.load(folder).endOfText()).isZero();
  }

  @Test
  void aSpaceBeforeTextsIsObeyed() throws IOException {
    var plain = Tokenizers.load(folder);
    beside(
        "tokenizer_config.json", "{\"add_prefix_space\": true, \"eos_token\": \"<|endoftext|>\"}");
    var spaced = Tokenizers.load(folder);
    assertThat(spaced.encode("the cat")).isEqualTo(plain.encode(" the cat"));
    var again = Files.createDirectory(folder.resolve("again"));
    spaced.saveAll(again);
    assertThat(Tokenizers.load(again).encode("the cat")).isEqualTo(plain.encode(" the cat"));
  }

  @Test
  void tokensThatAreAddedElsewhereMustBeThere() throws IOException {
    beside(
        "tokenizer_config.json", "{\"added_tokens_decoder\": {\"1\": {\"content\": \"<|end|>\"}}}");
    assertThat(Tokenizers.load(folder).vocabularySize()).isPositive();
    beside("added_tokens.json", "{\"<|new|>\": 999}");
    assertThatThrownBy(() -> Tokenizers.load(folder))
        .hasMessageContaining("give '<|new|>' the id 999")
        .hasMessageContaining("save the whole tokenizer anew");
  }

  @Test
  void theTablesInTheDocsAreTheseLists() throws IOException {
    var at = Path.of("").toAbsolutePath();
    var root = Files.exists(at.resolve("docs")) ? at : at.getParent();
    var page = Files.readString(root.resolve("docs/keys.md"));
    for (var keys :
        List.of(TokenizerKeys.FILE, TokenizerKeys.MODEL, TokenizerKeys.CONFIG, TokenizerKeys.MAP)) {
      assertThat(page).contains(keys.table());
    }
  }
}
