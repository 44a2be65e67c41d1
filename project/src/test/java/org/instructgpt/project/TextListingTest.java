package org.instructgpt.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextListingTest {
  @TempDir Path folder;
  private final StringWriter said = new StringWriter();

  @Test
  void plainTextIsReadWhateverItsNameAndTheRestIsToldWithItsReason() throws IOException {
    for (var name : List.of("a.txt", "b.md", "c.rst", "README", "d.jsonl", "sub/e.TXT")) {
      file(name, "{\"text\": \"some words\"}");
    }
    file("table.csv", "a,b");
    file("rows.json", "[]");
    file("empty.txt", "");
    file("picture.png", "x");
    file("binary", "\0\1");
    file(".git/hidden.txt", "words");
    file(".hidden.txt", "words");
    var texts = read(folder);
    assertThat(texts.training().size() + texts.validation().size()).isGreaterThanOrEqualTo(6);
    assertThat(said.toString())
        .contains("reading 6 files of text: 1 without ending, 1 .jsonl, 1 .md, 1 .rst, 2 .txt")
        .contains("passed over, 2: hidden (" + folder.resolve(".git"))
        .contains("passed over, 1: .csv is a table; write its column of text as lines")
        .contains("passed over, 1: .json is not plain text; write a document a line")
        .contains("passed over, 1: empty (" + folder.resolve("empty.txt"))
        .contains("passed over, 1: .png is not known as plain text; name the file itself")
        .contains("passed over, 1: no ending, and its first bytes are no text");
  }

  @Test
  void foldersBehindLinksAreReadOnceAndALoopEnds() throws IOException {
    var elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("a.txt"), "words");
    var texts = Files.createDirectory(folder.resolve("texts"));
    Files.createSymbolicLink(texts.resolve("far"), elsewhere);
    Files.createSymbolicLink(texts.resolve("far2"), elsewhere);
    Files.createSymbolicLink(texts.resolve("loop"), texts);
    Files.createSymbolicLink(texts.resolve("again.txt"), elsewhere.resolve("a.txt"));
    Files.createSymbolicLink(texts.resolve("broken.txt"), folder.resolve("gone"));
    var listing = TextListing.of(List.of(texts, elsewhere.resolve("a.txt")));
    assertThat(listing.files()).hasSize(1);
    assertThat(listing.passed().get("another name of what is read already")).hasSize(4);
    assertThat(listing.passed().get("a link that leads nowhere")).hasSize(1);
  }

  @Test
  void aWorkspaceBesideTheTextsIsNotText() throws IOException {
    file("a.txt", "words");
    var workspace = Workspace.create(folder.resolve("workspace"));
    Files.writeString(workspace.reports().resolve("metrics.jsonl"), "{}");
    var listing = TextListing.of(List.of(folder));
    assertThat(listing.files()).containsExactly(folder.resolve("a.txt"));
    assertThat(listing.passed().keySet()).first().asString().startsWith("a workspace");
  }

  @ParameterizedTest
  @CsvSource({
    "t.csv, .csv is a table",
    "t.tsv.gz, .tsv is a table",
    "t.json, .jsonl",
    "t.parquet, .parquet is a table",
    "t.zip, unpack it first",
    "t.pdf, convert it to .txt"
  })
  void aNamedFileThatIsNoPlainTextIsRefusedWithTheWay(String name, String way) throws IOException {
    var file = file(name, "a,b");
    assertThatThrownBy(() -> TextListing.of(List.of(file)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--text " + file)
        .hasMessageContaining(way);
  }

  @Test
  void aNamedFileOfAnyOtherNameIsRead() throws IOException {
    assertThat(letters(read(file("story.odd", "some words")))).isEqualTo("somewords");
  }

  @Test
  void whatIsPackedIsKnownByItsBytes() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var packed = new GZIPOutputStream(bytes)) {
      packed.write("words".getBytes(StandardCharsets.UTF_8));
    }
    var named = Files.write(folder.resolve("a.txt.gz"), bytes.toByteArray());
    var unnamed = Files.write(folder.resolve("b.txt"), bytes.toByteArray());
    var plain = file("c.txt.gz", "words");
    assertThat(letters(read(named, unnamed, plain))).isEqualTo("words".repeat(3));
  }

  @Test
  void aPipeIsReadOnce() throws Exception {
    var pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (var writers = Executors.newSingleThreadExecutor()) {
      var written = writers.submit(() -> Files.writeString(pipe, "words from a pipe"));
      assertThat(letters(read(pipe))).isEqualTo("wordsfromapipe");
      written.get();
    }
  }

  /// All that was read, learned or held out, without spaces.
  private static String letters(TextFiles texts) {
    return (String.join("", texts.training()) + String.join("", texts.validation()))
        .replace(" ", "");
  }

  private TextFiles read(Path... paths) throws IOException {
    return TextFiles.read(List.of(paths), new PrintWriter(said, true));
  }

  private Path file(String name, String text) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
