package org.instructgpt.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Opens tokenizers and compares them.
public final class Tokenizers {

  private Tokenizers() {}

  /// The tokenizer of GPT-2 and GPT-3: 50,257 tokens, the last of which ends a text.
  public static Tokenizer gpt2() {
    return Gpt2Encoding.TOKENIZER;
  }

  /// Opens a `tokenizer.json`, or a folder that holds one, or a folder that holds GPT-2's
  /// `vocab.json` and `merges.txt` (also under their first names, `encoder.json` and `vocab.bpe`),
  /// or the `tokenizer.bin` of llama2.c, under any name that begins with `tok`. A
  /// `tokenizer_config.json` beside it names the end-of-text and pad tokens; without it the usual
  /// names are looked for.
  ///
  /// @throws IllegalArgumentException if there is no such file or it is not a whole tokenizer
  /// @throws IOException if the file cannot be read
  public static Tokenizer load(Path tokenizerJson) throws IOException {
    return TokenizerFiles.load(tokenizerJson);
  }

  /// Whether a folder holds a tokenizer, by the names of its files.
  public static boolean isIn(Path folder) throws IOException {
    return TokenizerFiles.isIn(folder);
  }

  /// What two tokenizers do differently: the first difference, as a clause that speaks of "the
  /// first" and "the second"; empty where the same ids stand for the same text and come out of it.
  /// How their files are written does not matter.
  public static Optional<String> difference(Tokenizer first, Tokenizer second) {
    return TokenizerDifference.between(first, second);
  }
}
