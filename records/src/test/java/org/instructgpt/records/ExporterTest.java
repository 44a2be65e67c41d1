package org.instructgpt.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExporterTest {
  @TempDir Path folder;
  private Store store;
  private Exporter exporter;

  @BeforeEach
  void open() throws Exception {
    store = Store.open(folder.resolve("feedback.db"));
    exporter = new Exporter(store);
    store.add(Samples.oneOfEach()).get();
    store
        .add(
            List.of(
                Samples.BOB,
                Samples.prompt("p0", Split.TEST, Prompt.Source.LABELER_FEW_SHOT),
                Samples.demonstration("d0", "p0", Samples.BOB)))
        .get();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void anExportedStoreIsImportedUnchanged() throws Exception {
    Path file = folder.resolve("all.jsonl.gz");
    assertThat(exporter.everything(file)).isEqualTo(8);
    try (Store copy = Store.open(folder.resolve("copy.db"))) {
      Importer importer = new Importer(copy, ImportSettings.at(Samples.NOON.plusSeconds(1)));
      assertThat(importer.read(file).added().values())
          .containsExactlyInAnyOrder(2L, 2L, 2L, 1L, 1L);
      assertSame(copy);
      assertThat(importer.read(file).duplicates()).isEqualTo(8);
    }
  }

  @Test
  void theFilesOfSingleTypesMakeTheSameStoreToo() throws Exception {
    List<Path> files =
        Stream.of("labelers", "prompts", "demonstrations", "rankings", "ratings")
            .map(name -> folder.resolve(name + ".jsonl"))
            .toList();
    assertThat(exporter.labelers(files.get(0))).isEqualTo(2);
    assertThat(exporter.prompts(files.get(1), Filter.ALL)).isEqualTo(2);
    assertThat(exporter.demonstrations(files.get(2), Filter.ALL)).isEqualTo(2);
    assertThat(exporter.rankings(files.get(3), Filter.ALL)).isEqualTo(1);
    assertThat(exporter.ratings(files.get(4), Filter.ALL)).isEqualTo(1);
    try (Store copy = Store.open(folder.resolve("copy.db"))) {
      Importer importer = new Importer(copy, ImportSettings.at(Samples.NOON));
      assertThatThrownBy(() -> importer.read(files.get(3)))
          .hasMessageContaining("rankings.jsonl:1: prompt_id: expected a prompt that is stored");
      importer.read(files);
      assertSame(copy);
    }
  }

  @Test
  void completionsAndPreferencesAreExportedForOtherPrograms() throws Exception {
    Path completions = folder.resolve("completions.jsonl");
    assertThat(exporter.completions(completions, Filter.ALL.in(Split.TEST))).isEqualTo(1);
    assertThat(
            RecordJson.MAPPER.readTree(Files.readString(completions)).path("completion").asText())
        .isEqualTo("Because d0");
    Path pairs = folder.resolve("pairs.jsonl");
    assertThat(exporter.preferences(pairs, Filter.ALL)).isEqualTo(5);
    assertThat(Files.readAllLines(pairs).getLast()).endsWith("\"chosen\":\"d\",\"rejected\":\"\"}");
  }

  @Test
  void anExportIsWrittenAtomically() throws Exception {
    Path file = folder.resolve("out.jsonl");
    Files.writeString(file, "before");
    assertThatThrownBy(() -> exporter.prompts(file, Filter.ALL.by("ann")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(file).hasContent("before");
    assertThatThrownBy(() -> exporter.everything(folder.resolve("none/out.jsonl")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found no folder");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".tmp"));
    }
  }

  private void assertSame(Store copy) {
    assertThat(copy.labelers()).isEqualTo(store.labelers());
    assertThat(copy.prompts(Filter.ALL)).isEqualTo(store.prompts(Filter.ALL));
    assertThat(copy.demonstrations(Filter.ALL)).isEqualTo(store.demonstrations(Filter.ALL));
    assertThat(copy.rankings(Filter.ALL)).isEqualTo(store.rankings(Filter.ALL));
    assertThat(copy.ratings(Filter.ALL)).isEqualTo(store.ratings(Filter.ALL));
  }
}
