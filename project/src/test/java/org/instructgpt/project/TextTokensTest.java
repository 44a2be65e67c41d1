package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.instructgpt.model.Corpus;
import org.instructgpt.model.Corpus.Tokens;
import org.instructgpt.text.BpeTrainer;
import org.instructgpt.text.Tokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TextTokensTest {
  private static final Tokenizer TOKENIZER =
      BpeTrainer.train(List.of("the cat sat on the mat, the dog sat on the log"), 280);

  @TempDir Path folder;
  private final StringWriter said = new StringWriter();
  private Workspace workspace = new Workspace(Path.of(""));
  private Path texts = Path.of("");

  @BeforeEach
  void makeWorkspace() throws IOException {
    workspace = Workspace.create(folder.resolve("workspace"));
    texts = Files.createDirectory(folder.resolve("texts"));
  }

  /// Documents of some words each.
  private void write(String name, int documents, long seed) throws IOException {
    var words = List.of("cat", "sat", "mat", "dog", "log", "on", "the", "ünïcode", "1984");
    var random = new Random(seed);
    var text = new StringBuilder();
    for (int document = 0; document < documents; document++) {
      text.append("{\"text\": \"");
      for (int word = 0; word < 100; word++) {
        text.append(words.get(random.nextInt(words.size()))).append(' ');
      }
      text.append("\"}\n");
    }
    Files.writeString(texts.resolve(name), text);
  }

  private TextTokens tokens(Tokenizer tokenizer) throws IOException {
    said.getBuffer().setLength(0);
    var documents = TextDocuments.of(TextListing.of(List.of(texts)), Progress.NONE);
    return TextTokens.of(documents, tokenizer, workspace, new PrintWriter(said, true));
  }

  private static int[] all(Tokens tokens) {
    return tokens.slice(0, Math.toIntExact(tokens.count()));
  }

  private Path made() throws IOException {
    try (var folders = Files.list(workspace.tokens())) {
      return folders.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }

  @Test
  void theyAreThoseOfOneDocumentAfterTheOtherThoughEncodedInParallel() throws IOException {
    write("a.jsonl", 9_000, 1); // more than is encoded at a time
    write("b.jsonl", 60, 2);
    Files.writeString(texts.resolve("c.txt"), "the cat. ".repeat(20_000));
    var tokens = tokens(TOKENIZER);
    var text = TextFiles.read(TextListing.of(List.of(texts)), Progress.NONE);
    assertThat(all(tokens.training()))
        .isEqualTo(all(Corpus.of(text.training(), TOKENIZER, 1).tokens()));
    assertThat(all(tokens.validation()))
        .isEqualTo(all(Corpus.of(text.validation(), TOKENIZER, 1).tokens()));
    assertThat(DataHash.of(tokens.training()))
        .isEqualTo(DataHash.of(Corpus.of(text.training(), TOKENIZER, 1).tokens()));
  }

  @Test
  void theyAreMadeOnceAndSaidToBeReused() throws IOException {
    write("a.jsonl", 200, 1);
    int[] first = all(tokens(TOKENIZER).training());
    assertThat(said.toString())
        .contains("turning the text into tokens")
        .contains("tokens made: %,d to learn and ".formatted(first.length))
        .contains("bytes in " + made());
    var time = Files.getLastModifiedTime(made().resolve("training"));
    assertThat(all(tokens(TOKENIZER).training())).isEqualTo(first);
    assertThat(said.toString()).hasLineCount(1).startsWith("tokens reused: ");
    assertThat(Files.getLastModifiedTime(made().resolve("training"))).isEqualTo(time);
  }

  @Test
  void anotherTextOrTokenizerHasTokensOfItsOwn() throws IOException {
    write("a.jsonl", 200, 1);
    long count = tokens(TOKENIZER).training().count();
    var bytes = BpeTrainer.train(List.of("a"), 258);
    assertThat(tokens(bytes).training().count()).isGreaterThan(count);
    assertThat(said.toString()).contains("tokens made: ");
    write("b.jsonl", 50, 2);
    assertThat(tokens(TOKENIZER).training().count()).isGreaterThan(count);
    assertThat(said.toString()).contains("tokens made: ");
  }

  @Test
  void damagedTokensAreMadeAgainAndThatIsSaid() throws IOException {
    write("a.jsonl", 200, 1);
    int[] right = all(tokens(TOKENIZER).training());
    var file = made().resolve("training");
    long size = Files.size(file);
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size - 10);
    }
    assertThat(all(tokens(TOKENIZER).training())).isEqualTo(right);
    assertThat(said.toString())
        .contains(
            "%s: expected %d bytes of ids, found %d; the tokens are made again"
                .formatted(file, size - 128, size - 138))
        .contains("tokens made: ");

    Files.delete(made().resolve("validation"));
    assertThat(all(tokens(TOKENIZER).training())).isEqualTo(right);
    assertThat(said.toString()).contains("tokens made: ");
  }

  @Test
  void tokensOfAnotherTokenizerUnderThisNameAreMadeAgain() throws IOException {
    write("a.jsonl", 200, 1);
    int[] right = all(tokens(TOKENIZER).training());
    var mine = made();
    var aside = folder.resolve("aside");
    Files.move(mine, aside);
    var _ = tokens(BpeTrainer.train(List.of("a"), 258));
    Files.move(made(), mine);
    assertThat(all(tokens(TOKENIZER).training())).isEqualTo(right);
    assertThat(said.toString())
        .contains("expected ids of this tokenizer, found another's; the tokens are made again");
  }

  private Tokenizer trained(int vocabulary) throws IOException {
    said.getBuffer().setLength(0);
    var documents = TextDocuments.of(TextListing.of(List.of(texts)), Progress.NONE);
    return TrainedTokenizer.of(documents, vocabulary, workspace, new PrintWriter(said, true));
  }

  @Test
  void aTokenizerIsTrainedOnATextOnceAndGivesTheSameTokensAgain() throws IOException {
    write("a.jsonl", 200, 1);
    var first = trained(290);
    assertThat(said.toString()).startsWith("training a tokenizer of 290 tokens");
    int[] ids = all(tokens(first).training());
    var again = trained(290);
    assertThat(said.toString()).hasLineCount(1).startsWith("tokenizer reused: ");
    assertThat(all(tokens(again).training())).isEqualTo(ids);
    assertThat(said.toString()).startsWith("tokens reused: ");
    assertThat(trained(280).vocabularySize()).isEqualTo(280);
    assertThat(said.toString()).startsWith("training a tokenizer of 280 tokens");
    write("b.jsonl", 9, 2);
    var _ = trained(290);
    assertThat(said.toString()).startsWith("training a tokenizer");
  }

  @Test
  void aDamagedTokenizerIsTrainedAgainAndThatIsSaid() throws IOException {
    write("a.jsonl", 200, 1);
    var first = trained(290);
    Files.writeString(made().resolve("tokenizer.json"), "{\"model\": ");
    var again = trained(290);
    assertThat(said.toString()).contains("; the tokenizer is trained again");
    assertThat(again.encode("the dog sat")).isEqualTo(first.encode("the dog sat"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aPipeIsReadOnceIntoMemory() throws Exception {
    var pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    var writing =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Files.writeString(pipe, "the cat sat. ".repeat(100), StandardOpenOption.WRITE);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    var documents = TextDocuments.of(TextListing.of(List.of(pipe)), Progress.NONE);
    writing.join();
    var tokenizer = TrainedTokenizer.of(documents, 270, workspace, new PrintWriter(said, true));
    var tokens = TextTokens.of(documents, tokenizer, workspace, new PrintWriter(said, true));
    assertThat(tokens.training().count()).isGreaterThan(50);
    assertThat(workspace.tokens()).doesNotExist();
  }
}
