package org.instructgpt.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Text to token ids and back.
///
/// [#encode] takes text only: the spelling of a special token inside a text (`<|endoftext|>`) is
/// ordinary text, so no prompt can end a document or forge a turn. Special tokens enter a sequence
/// by their ids, in [PromptTemplate].
///
/// [Tokenizers] opens them, [BpeTrainer] learns them. A tokenizer may be shared between threads.
public interface Tokenizer {

  /// The ids of a text; none for the empty text. A surrogate without its partner, which is no
  /// Unicode text, counts as U+FFFD.
  int[] encode(String text);

  /// The text of some ids. Nothing is skipped: special tokens appear as they are spelled. Bytes
  /// that are no whole UTF-8 character give U+FFFD; [TextStream] waits for the rest of a character.
  ///
  /// @throws IllegalArgumentException if an id is not in the vocabulary
  String decode(int[] ids);

  /// One more than the largest id: the rows an embedding needs.
  int vocabularySize();

  /// The id that ends a text.
  int endOfText();

  /// The id that begins every text, where the tokenizer's files say that one does
  /// (`add_bos_token`); empty for most.
  default OptionalInt beginOfText() {
    return OptionalInt.empty();
  }

  /// The ids of a text that nothing stands before: that of [#beginOfText], where there is one, then
  /// those of [#encode].
  default int[] encodeFromStart(String text) {
    int[] ids = encode(text);
    if (beginOfText().isEmpty()) {
      return ids;
    }
    int[] all = new int[ids.length + 1];
    all[0] = beginOfText().getAsInt();
    System.arraycopy(ids, 0, all, 1, ids.length);
    return all;
  }

  /// The last ids of a text from its start, where it has more than fit. The id of [#beginOfText]
  /// stays at their head: a model that has read it before every text is another one without it.
  ///
  /// @param ids as [#encodeFromStart] makes them
  /// @param most how many fit, 1 or more
  default int[] last(int[] ids, int most) {
    if (ids.length <= most) {
      return ids;
    }
    int[] kept = Arrays.copyOfRange(ids, ids.length - most, ids.length);
    if (most > 0 && beginOfText().isPresent() && beginOfText().getAsInt() == ids[0]) {
      kept[0] = ids[0];
    }
    return kept;
  }

  /// The id that fills the cells of a batch which hold nothing. It is never [#endOfText]: a trainer
  /// that masks pads would then mask the end of every answer, and the model would never learn to
  /// stop. A tokenizer without a pad token pads with its smallest other id, which text may contain;
  /// which cells are padding is therefore known from lengths ([PaddedRows]), never from ids.
  int pad();

  /// The tokens that no text contains, by their spellings.
  Map<String, Integer> specialTokens();

  /// How an id is spelled in a tokenizer's files; empty if no token has it.
  Optional<String> spelling(int id);

  /// Writes a Hugging Face `tokenizer.json`; it is in place only when it is whole.
  ///
  /// @throws IOException if it cannot be written
  void save(Path tokenizerJson) throws IOException;

  /// Writes `tokenizer.json` and the `tokenizer_config.json` that names the end-of-text and pad
  /// tokens into a checkpoint's folder, so that Hugging Face's `AutoTokenizer` opens it.
  ///
  /// @throws IOException if they cannot be written
  void saveAll(Path directory) throws IOException;
}
