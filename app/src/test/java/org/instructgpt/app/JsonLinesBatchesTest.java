package org.instructgpt.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesBatchesTest {

  @TempDir Path folder;

  @Test
  void everyLineGetsItsAnswerInBatches() throws IOException {
    var sizes = new ArrayList<Integer>();
    var lines = lines("{\"id\": 1}\n\n{\"id\": \"b\"}\n{\"id\": 3}", 2);
    assertThat(lines.check(JsonLine::id)).isEqualTo(3);
    var done =
        lines.compute(
            batch -> {
              sizes.add(batch.size());
              return echo(batch);
            },
            () -> false);
    assertThat(done).isTrue();
    assertThat(sizes).containsExactly(2, 1);
    assertThat(lines.out()).hasContent("{\"id\":1}\n{\"id\":\"b\"}\n{\"id\":3}\n");
    assertThat(folder).isDirectoryNotContaining("glob:**/.*");
  }

  @Test
  void everyBadLineIsToldBeforeAnythingIsComputed() throws IOException {
    var lines = lines("{\"id\": 1}\n{\"id\": \n[1]\n\n{}\n{\"id\":1} {\"id\":2}\n", 2);
    assertThatThrownBy(() -> lines.check(JsonLine::id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in.jsonl, line 2: not JSON")
        .hasMessageContaining("in.jsonl, line 3: expected a JSON object")
        .hasMessageContaining("in.jsonl, line 5: id: expected a value, found nothing")
        .hasMessageContaining("in.jsonl, line 6: not JSON");
  }

  @Test
  void aFileOfBadLinesIsNotToldWhole() throws IOException {
    var lines = lines("x\n".repeat(1000), 2);
    assertThatThrownBy(() -> lines.check(JsonLine::id))
        .hasMessageContaining("line 20: ")
        .hasMessageNotContaining("line 21: ")
        .hasMessageEndingWith("and perhaps more");
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    var lines = lines("\n \n", 2);
    assertThatThrownBy(() -> lines.check(JsonLine::id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no line");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws IOException {
    Files.write(folder.resolve("in.jsonl"), new byte[] {'{', (byte) 0xff, '}'});
    assertThatThrownBy(() ->
            JsonLinesBatches.open(folder.resolve("in.jsonl"), folder.resolve("o"), 1)
                .check(JsonLine::id))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not UTF-8");
  }

  @Test
  void aFailureLeavesTheOldOutputAndNothingElse() throws IOException {
    var lines = lines("{\"id\": 1}\n{\"id\": 2}\n", 1);
    Files.writeString(lines.out(), "old");
    assertThatThrownBy(() ->
            lines.compute(
                batch -> {
                  if (batch.getFirst().id().intValue() == 2) {
                    throw new IllegalStateException("on purpose");
                  }
                  return echo(batch);
                },
                () -> false))
        .hasMessage("on purpose");
    assertThat(lines.out()).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**/.*");
  }

  @Test
  void aStopLeavesTheOldOutput() throws IOException {
    var lines = lines("{\"id\": 1}\n", 1);
    assertThat(lines.compute(JsonLinesBatchesTest::echo, () -> true)).isFalse();
    assertThat(lines.out()).doesNotExist();
  }

  @Test
  void aPipeIsReadOnceAndComputedWhole() throws Exception {
    var pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (var writers = Executors.newSingleThreadExecutor()) {
      var written = writers.submit(() -> Files.writeString(pipe, "{\"id\": 1}\n{\"id\": 2}\n"));
      try (var lines = JsonLinesBatches.open(pipe, folder.resolve("out.jsonl"), 1)) {
        assertThat(lines.check(JsonLine::id)).isEqualTo(2);
        assertThat(lines.compute(JsonLinesBatchesTest::echo, () -> false)).isTrue();
        assertThat(lines.out()).hasContent("{\"id\":1}\n{\"id\":2}\n");
      }
      written.get();
    }
  }

  @Test
  void anInputThatGrowsWhileItIsReadIsRefused() throws IOException {
    var lines = lines("{\"id\": 1}\n", 1);
    lines.check(JsonLine::id);
    Files.writeString(folder.resolve("in.jsonl"), "{", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> lines.compute(JsonLinesBatchesTest::echo, () -> false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was changed while it was read");
    assertThat(lines.out()).doesNotExist();
  }

  @Test
  void theInputIsNeverItsOwnOutput() throws IOException {
    lines("{\"id\": 1}\n", 1).close();
    var in = folder.resolve("in.jsonl");
    var link = Files.createSymbolicLink(folder.resolve("link"), in);
    var hard = Files.createLink(folder.resolve("hard"), in);
    for (var out : List.of(in, link, hard, folder.resolve("x/../in.jsonl").normalize())) {
      assertThatThrownBy(() -> JsonLinesBatches.open(in, out, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--out " + out)
          .hasMessageContaining("is the input");
    }
    assertThat(in).hasContent("{\"id\": 1}\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"feedback.db", "model.safetensors", "config.json", "tokenizer.json", "store.txt"})
  void whatAWorkspaceOrACheckpointIsMadeOfIsNotReplaced(String name) throws IOException {
    lines("{\"id\": 1}\n", 1).close();
    var needed = Files.writeString(folder.resolve(name), "needed");
    assertThatThrownBy(() -> JsonLinesBatches.open(folder.resolve("in.jsonl"), needed, 1))
        .hasMessageContaining("is a file of a workspace or a checkpoint");
  }

  @Test
  void aFolderIsNeitherReadNorWritten() throws IOException {
    lines("{\"id\": 1}\n", 1).close();
    assertThatThrownBy(() -> JsonLinesBatches.open(folder.resolve("in.jsonl"), folder, 1))
        .hasMessage("--out %s: expected a file, found a folder", folder);
    assertThatThrownBy(() -> JsonLinesBatches.open(folder, folder.resolve("out"), 1))
        .hasMessage("--in %s: expected a file, found a folder", folder);
    assertThatThrownBy(() ->
            JsonLinesBatches.open(folder.resolve("in.jsonl"), folder.resolve("in.jsonl/out"), 1))
        .hasMessageContaining("is a file, not a folder");
  }

  @Test
  void aDashIsNoFileAndTheMessageSaysHowStandardInputIsCalled() {
    assertThatThrownBy(() -> JsonLinesBatches.open(Path.of("-"), folder.resolve("out"), 1))
        .hasMessageContaining("standard input is --in /dev/stdin");
  }

  @Test
  void compressedLinesAreReadAndWritten() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var packed = new GZIPOutputStream(bytes)) {
      packed.write("\uFEFF{\"id\": 1}\n".getBytes(StandardCharsets.UTF_8));
    }
    var in = Files.write(folder.resolve("in.anything"), bytes.toByteArray());
    try (var lines = JsonLinesBatches.open(in, folder.resolve("out.jsonl.gz"), 1)) {
      assertThat(lines.check(JsonLine::id)).isEqualTo(1);
      lines.compute(JsonLinesBatchesTest::echo, () -> false);
      try (var out = new GZIPInputStream(Files.newInputStream(lines.out()))) {
        assertThat(new String(out.readAllBytes(), StandardCharsets.UTF_8))
            .isEqualTo("{\"id\":1}\n");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | expected either \"prompt\" or \"prompt_ids\", found neither",
        "{\"prompt\":\"a\",\"prompt_ids\":[1]} | found both",
        "{\"prompt\":3} | prompt: expected a string, found 3",
        "{\"prompt_ids\":\"3\"} | prompt_ids: expected a list of token ids",
        "{\"prompt_ids\":[1,-1]} | prompt_ids[1]: expected a token id from 0, found -1",
        "{\"prompt_ids\":[1.5]} | prompt_ids[0]: expected a token id from 0, found 1.5",
        "{\"prompt_ids\":[99999999999]} | prompt_ids[0]: expected a token id"
      })
  void tokensAreTextOrIdsAndNothingElse(String json, String message) throws IOException {
    var lines = lines(json, 1);
    assertThatThrownBy(
            () -> lines.check(line -> line.tokens("prompt", JsonLinesBatchesTest::letters)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in.jsonl, line 1: ")
        .hasMessageContaining(message);
  }

  @Test
  void tokensComeFromTextOrIds() throws IOException {
    var found = new ArrayList<int[]>();
    lines("{\"prompt\":\"AB\"}\n{\"prompt_ids\":[7,8]}", 1)
        .check(line -> found.add(line.tokens("prompt", JsonLinesBatchesTest::letters)));
    assertThat(found).containsExactly(new int[] {65, 66}, new int[] {7, 8});
  }

  private static int[] letters(String text) {
    return IntStream.range(0, text.length()).map(text::charAt).toArray();
  }

  private static List<ObjectNode> echo(List<JsonLine> batch) {
    return batch.stream()
        .map(line -> JsonNodeFactory.instance.objectNode().<ObjectNode>set("id", line.id()))
        .toList();
  }

  private JsonLinesBatches lines(String text, int batch) throws IOException {
    var in = Files.writeString(folder.resolve("in.jsonl"), text);
    return JsonLinesBatches.open(in, folder.resolve("out.jsonl"), batch);
  }
}
