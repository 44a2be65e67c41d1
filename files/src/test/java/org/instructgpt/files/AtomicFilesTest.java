package org.instructgpt.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.instructgpt.files.CrashingDisk.Crash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir Path folder;

  @Test
  void aFileIsReplacedAndItsParentsAreMade() throws IOException {
    Path file = folder.resolve("a/b/c.txt");
    AtomicFiles.write(file, "old");
    AtomicFiles.write(file, "new ä");
    assertThat(file).hasContent("new ä");
    assertThat(entries(folder.resolve("a/b"))).containsExactly("c.txt");
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("c.txt");
    AtomicFiles.write(file, "old");
    assertThatThrownBy(() ->
            AtomicFiles.write(
                file,
                out -> {
                  out.write("half".getBytes(StandardCharsets.UTF_8));
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining(file.toString());
    assertThat(file).hasContent("old");
    assertThat(entries(folder)).containsExactly("c.txt");
  }

  @Test
  void aFileWrittenToALinkLandsWhereItLeadsTo() throws IOException {
    Path real = Files.createDirectory(folder.resolve("elsewhere")).resolve("real.txt");
    Path link = Files.createSymbolicLink(folder.resolve("link.txt"), Path.of("elsewhere/real.txt"));
    AtomicFiles.write(link, "first, while it leads nowhere");
    AtomicFiles.write(link, "second");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(real).hasContent("second");
    assertThat(entries(folder)).contains("link.txt", "elsewhere");
  }

  @Test
  void aFolderWrittenToALinkLandsWhereItLeadsTo() throws IOException {
    Path real = Files.createDirectories(folder.resolve("disk/sft"));
    Path link = Files.createSymbolicLink(folder.resolve("sft"), real);
    AtomicFiles.writeFolder(link, it -> fill(it, "new", "only-new"));
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(real.resolve("one")).hasContent("new");
  }

  @Test
  void aPipeIsWrittenAsItIs() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (var readers = java.util.concurrent.Executors.newSingleThreadExecutor()) {
      var read = readers.submit(() -> Files.readString(pipe));
      AtomicFiles.write(pipe, "through");
      assertThat(read.get()).isEqualTo("through");
    }
    assertThat(entries(folder)).containsExactly("pipe");
  }

  @Test
  void aDeviceStaysADeviceAndAFullOneIsNamed() throws IOException {
    Path nothing = Files.createSymbolicLink(folder.resolve("null"), Path.of("/dev/null"));
    AtomicFiles.write(nothing, "gone");
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    assertThatThrownBy(() -> AtomicFiles.write(Path.of("/dev/full"), "x"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("could not write /dev/full: No space left");
  }

  @Test
  void aFileKeepsItsPermissions() throws IOException {
    Path file = Files.writeString(folder.resolve("secret.txt"), "old");
    var owner = java.nio.file.attribute.PosixFilePermissions.fromString("rw-------");
    Files.setPosixFilePermissions(file, owner);
    AtomicFiles.write(file, "new");
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(owner);
  }

  @Test
  void aFolderIsReplacedTogetherWithWhatOnlyTheOldOneHad() throws IOException {
    Path best = folder.resolve("best");
    AtomicFiles.writeFolder(best, it -> fill(it, "old", "only-old"));
    AtomicFiles.writeFolder(best, it -> fill(it, "new", "only-new"));
    assertThat(entries(best)).containsExactly("one", "only-new");
    assertThat(best.resolve("one")).hasContent("new");
    assertThat(entries(folder)).containsExactly("best");
  }

  @Test
  void whatAKilledWritingLeftGoesWithTheNextOfTheSameFolder() throws IOException {
    for (var name : List.of(".best.0a1b2c3d.tmp", ".rest.0a1b2c3d.tmp", ".best.x.0a1b2c3d.tmp")) {
      fill(Files.createDirectory(folder.resolve(name)), "half", "two");
    }
    AtomicFiles.writeFolder(folder.resolve("best"), it -> fill(it, "new", "two"));
    assertThat(entries(folder))
        .containsExactlyInAnyOrder("best", ".rest.0a1b2c3d.tmp", ".best.x.0a1b2c3d.tmp");
  }

  @Test
  void aFailedFolderLeavesTheOldOneAndNothingElse() throws IOException {
    Path best = folder.resolve("best");
    AtomicFiles.writeFolder(best, it -> fill(it, "old", "two"));
    assertThatThrownBy(() ->
            AtomicFiles.writeFolder(
                best,
                it -> {
                  fill(it, "new", "two");
                  throw new IllegalStateException("no more");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(best.resolve("one")).hasContent("old");
    assertThat(entries(folder)).containsExactly("best");
  }

  @Test
  void aCrashAtAnyMomentLeavesTheOldFileOrTheNewOne() throws IOException {
    Path file = folder.resolve("c.txt");
    var seen = new TreeSet<String>();
    boolean crashed = true;
    for (int moment = 0; crashed; moment++) {
      AtomicFiles.write(file, "old");
      var disk = new CrashingDisk(moment);
      crashed = crashes(() -> AtomicFiles.write(disk.path(file), "new"));
      seen.add(Files.readString(file));
      AtomicFiles.recover(folder);
      assertThat(entries(folder)).containsExactly("c.txt");
    }
    assertThat(seen).containsExactly("new", "old");
  }

  @Test
  void aCrashAtAnyMomentLeavesTheOldFolderOrTheNewOneWhole() throws IOException {
    Path best = folder.resolve("best");
    var seen = new TreeSet<String>();
    int gaps = 0;
    boolean crashed = true;
    for (int moment = 0; crashed; moment++) {
      AtomicFiles.writeFolder(best, it -> fill(it, "old", "two"));
      var disk = new CrashingDisk(moment);
      crashed =
          crashes(() -> AtomicFiles.writeFolder(disk.path(best), it -> fill(it, "new", "two")));
      gaps += Files.exists(best) ? 0 : 1;
      AtomicFiles.recover(folder);
      assertThat(entries(folder)).containsExactly("best");
      assertThat(entries(best)).containsExactly("one", "two");
      assertThat(best.resolve("two")).hasSameTextualContentAs(best.resolve("one"));
      seen.add(Files.readString(best.resolve("one")));
    }
    assertThat(seen).containsExactly("new", "old");
    assertThat(gaps).as("moments at which recovery was needed").isPositive();
  }

  @Test
  void theNextWriteRecoversByItself() throws IOException {
    Path best = folder.resolve("best");
    AtomicFiles.writeFolder(folder.resolve(".best.replaced.tmp"), it -> fill(it, "old", "two"));
    assertThatThrownBy(() ->
            AtomicFiles.writeFolder(
                best,
                _ -> {
                  throw new IOException("again");
                }))
        .isInstanceOf(IOException.class);
    assertThat(best.resolve("one")).hasContent("old");
  }

  @Test
  void recoveryLeavesOtherHiddenFilesAlone() throws IOException {
    Files.writeString(folder.resolve(".gitignore"), "mine");
    Files.writeString(folder.resolve(".notes.tmp"), "mine");
    Files.writeString(folder.resolve(".best.0123abcd.tmp"), "a leftover");
    AtomicFiles.recover(folder);
    AtomicFiles.recover(folder.resolve("missing"));
    assertThat(entries(folder)).containsExactly(".gitignore", ".notes.tmp");
  }

  @Test
  void deletingDoesNotFollowLinks() throws IOException {
    Path precious = Files.createDirectory(folder.resolve("precious"));
    Files.writeString(precious.resolve("file"), "mine");
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.createSymbolicLink(tree.resolve("link"), precious);
    AtomicFiles.delete(tree);
    assertThat(tree).doesNotExist();
    assertThat(precious.resolve("file")).hasContent("mine");
  }

  private interface Work {
    void run() throws IOException;
  }

  private static boolean crashes(Work work) throws IOException {
    try {
      work.run();
      return false;
    } catch (Crash expected) {
      return true;
    }
  }

  private static void fill(Path empty, String text, String second) throws IOException {
    Files.writeString(empty.resolve("one"), text);
    Files.writeString(empty.resolve(second), text);
  }

  private static List<String> entries(Path folder) throws IOException {
    try (var list = Files.list(folder)) {
      return list.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }
}
