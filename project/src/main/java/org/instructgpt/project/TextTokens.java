package org.instructgpt.project;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.instructgpt.files.AtomicFiles;
import org.instructgpt.files.Sha256;
import org.instructgpt.model.Corpus.Tokens;
import org.instructgpt.model.Lineage;
import org.instructgpt.model.TokenFile;
import org.instructgpt.text.Tokenizer;

/// The tokens of a plain text, each document closed by the end-of-text token.
///
/// They are made once and kept in the workspace, `tokens/TEXT-TOKENIZER/training` and `validation`
/// ([TokenFile]), where every later training on this text with this tokenizer finds them, a resumed
/// one too. Making them reads the text as it goes and encodes it on all processors, so neither text
/// nor tokens need to fit into memory. The folder may be deleted at any time: what is missing,
/// damaged or of another text is made again.
///
/// @param training tokens to learn
/// @param validation tokens that are held out
/// @param life how long their files stay mapped: until this is closed
record TextTokens(Tokens training, Tokens validation, Arena life) implements AutoCloseable {
  /// Characters that are encoded at a time: enough for all processors, little beside any memory.
  private static final int BATCH = 1 << 22;

  /// The tokens of a text, kept or made.
  ///
  /// @param out is told where they come from
  /// @throws IllegalArgumentException if there is no text, or a file is no text
  static TextTokens of(
      TextDocuments documents, Tokenizer tokenizer, Workspace workspace, PrintWriter out)
      throws IOException {
    if (documents.sha256().isEmpty()) {
      return inMemory(documents, tokenizer);
    }
    var text = documents.sha256().get();
    return TokenFolder.alone(
        workspace,
        tokens -> {
          var origin = new TokenFile.Origin(identity(tokenizer, tokens), text);
          return keptOrMade(documents, tokenizer, origin, tokens, out);
        });
  }

  private static TextTokens inMemory(TextDocuments documents, Tokenizer tokenizer)
      throws IOException {
    var training = new Tokens.Blocks();
    var validation = new Tokens.Blocks();
    documents.each(
        document -> add(training, document, tokenizer),
        document -> add(validation, document, tokenizer));
    return new TextTokens(training, validation, Arena.ofShared());
  }

  private static void add(Tokens.Blocks tokens, String document, Tokenizer tokenizer) {
    tokens.add(tokenizer.encodeFromStart(document));
    tokens.add(tokenizer.endOfText());
  }

  private static TextTokens keptOrMade(
      TextDocuments documents,
      Tokenizer tokenizer,
      TokenFile.Origin origin,
      Path tokens,
      PrintWriter out)
      throws IOException {
    var name = origin.text().substring(0, 16) + "-" + origin.tokenizer().substring(0, 16);
    var folder = tokens.resolve(name);
    try {
      return opened(folder, origin, "reused", out);
    } catch (NoSuchFileException neverMade) {
      out.println("turning the text into tokens");
    } catch (IllegalArgumentException damaged) {
      out.println(damaged.getMessage() + "; the tokens are made again");
    }
    out.flush();
    AtomicFiles.writeFolder(folder, made -> write(documents, tokenizer, origin, made));
    return opened(folder, origin, "made", out);
  }

  private static TextTokens opened(
      Path folder, TokenFile.Origin origin, String how, PrintWriter out) throws IOException {
    var life = Arena.ofShared();
    try {
      var training = TokenFile.open(folder.resolve("training"), origin, life);
      var validation = TokenFile.open(folder.resolve("validation"), origin, life);
      tell(training, validation, how, folder, out);
      return new TextTokens(training, validation, life);
    } catch (IOException | RuntimeException e) {
      life.close();
      throw e;
    }
  }

  private static void tell(
      TokenFile training, TokenFile validation, String how, Path folder, PrintWriter out) {
    out.println(
        "tokens %s: %,d to learn and %,d held out, %,d bytes in %s"
            .formatted(
                how,
                training.count(),
                validation.count(),
                training.bytes() + validation.bytes(),
                folder));
    out.flush();
  }

  private static void write(
      TextDocuments documents, Tokenizer tokenizer, TokenFile.Origin origin, Path folder)
      throws IOException {
    int vocabulary = tokenizer.vocabularySize();
    try (var learned = new TokenFile.Writer(folder.resolve("training"), vocabulary, origin);
        var held = new TokenFile.Writer(folder.resolve("validation"), vocabulary, origin)) {
      var training = new Encoder(tokenizer, learned);
      var validation = new Encoder(tokenizer, held);
      documents.each(training::add, validation::add);
      training.encode();
      validation.encode();
      learned.finish();
      held.finish();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() {
    life.close();
  }

  /// Encodes documents on all processors and writes their ids in the documents' order.
  private static final class Encoder {
    private final Tokenizer tokenizer;
    private final TokenFile.Writer file;
    private final List<String> documents = new ArrayList<>();
    private int characters;

    Encoder(Tokenizer tokenizer, TokenFile.Writer file) {
      this.tokenizer = tokenizer;
      this.file = file;
    }

    void add(String document) {
      documents.add(document);
      characters += document.length();
      if (characters >= BATCH) {
        encode();
      }
    }

    void encode() {
      try {
        for (int[] ids : documents.parallelStream().map(tokenizer::encodeFromStart).toList()) {
          file.add(ids);
          file.add(tokenizer.endOfText());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      documents.clear();
      characters = 0;
    }
  }

  /// The SHA-256 of what a tokenizer's files hold.
  private static String identity(Tokenizer tokenizer, Path tokens) throws IOException {
    var folder = Files.createTempDirectory(tokens, "tokenizer-");
    try {
      tokenizer.saveAll(folder);
      var all = new StringBuilder();
      try (var files = Files.list(folder)) {
        for (var file : files.sorted().toList()) {
          all.append(file.getFileName()).append(' ').append(Lineage.sha256(file)).append('\n');
        }
      }
      return Sha256.of(all.toString());
    } finally {
      AtomicFiles.delete(folder);
    }
  }
}
