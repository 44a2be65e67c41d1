package org.instructgpt.project;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Count;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.text.Tokenizers;

/// A tokenizer trained on a text. It is kept beside the text's tokens, `tokens/TEXT-trained-SIZE`,
/// where a later training on the same text finds it, a resumed one too.
final class TrainedTokenizer {
  private TrainedTokenizer() {}

  /// The tokenizer, kept or trained.
  ///
  /// @param vocabulary how many tokens it shall have
  /// @param out is told where it comes from
  static Tokenizer of(TextDocuments documents, int vocabulary, Workspace workspace, PrintWriter out)
      throws IOException {
    return documents.sha256().isEmpty()
        ? trained(documents, vocabulary, out)
        : TokenFolder.alone(
            workspace,
            tokens -> {
              var name = "%.16s-trained-%d".formatted(documents.sha256().get(), vocabulary);
              return keptOrTrained(documents, vocabulary, tokens.resolve(name), out);
            });
  }

  private static Tokenizer keptOrTrained(
      TextDocuments documents, int vocabulary, Path folder, PrintWriter out) throws IOException {
    if (Files.exists(folder)) {
      try {
        var kept = Tokenizers.load(folder);
        out.println("tokenizer reused: trained on this text, in " + folder);
        return kept;
      } catch (IllegalArgumentException damaged) {
        out.println(damaged.getMessage() + "; the tokenizer is trained again");
      }
    }
    var made = trained(documents, vocabulary, out);
    AtomicFiles.writeFolder(folder, made::saveAll);
    return made;
  }

  private static Tokenizer trained(TextDocuments documents, int vocabulary, PrintWriter out)
      throws IOException {
    out.println("training a tokenizer of " + Count.of(vocabulary, "token"));
    out.flush();
    try {
      return BpeTrainer.trainOn(
          learn -> {
            try {
              documents.each(learn, _ -> {});
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          vocabulary);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
