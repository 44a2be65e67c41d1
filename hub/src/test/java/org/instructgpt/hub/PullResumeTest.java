package org.instructgpt.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Downloads that break off, are stopped, are given other bytes or find no room.
class PullResumeTest {
  @TempDir static Path models;
  @TempDir private Path folder;
  private PullScene scene;

  @BeforeAll
  static void makeModel() throws IOException {
    PullScene.makeModel(models.resolve("small"));
  }

  @BeforeEach
  void open() throws IOException {
    scene = new PullScene(folder, models.resolve("small"));
  }

  @AfterEach
  void close() {
    scene.close();
  }

  @Test
  void theSameCallGoesOnWhereTheLastBrokeOff() throws IOException {
    scene.tries = 1;
    scene.hub.fail(PullScene.WEIGHTS, FakeHub.breaksOffAfter(12_345));
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("model.safetensors broke off after")
        .hasMessageContaining("the same command goes on from there");
    assertThat(scene.target()).doesNotExist();
    long size = Files.size(scene.part());
    assertThat(size).isBetween(1L, 12_345L);
    long configs = scene.hub.gets("config.json");
    scene.pull();
    scene.assertWhole();
    assertThat(scene.ranges()).containsExactly("null", "bytes=" + size + "-");
    assertThat(scene.hub.gets("config.json")).isEqualTo(configs);
  }

  @Test
  void aConnectionThatBreaksIsTriedAgainAsLongAsItBringsSomething() throws IOException {
    scene.tries = 2;
    var portion = FakeHub.breaksOffAfter(10_000);
    scene.hub.fail(PullScene.WEIGHTS, portion, portion, portion);
    scene.pull();
    scene.assertWhole();
    assertThat(scene.ranges()).hasSize(4);
    assertThat(scene.ranges().subList(1, 4)).doesNotHaveDuplicates().allMatch(r -> r.endsWith("-"));
    assertThat(scene.rested)
        .isEqualTo(Duration.ofSeconds(3)); // 1 s each, as each brought something
  }

  @Test
  void aHubThatDoesNotGiveTheRestAloneGivesAllAgain() throws IOException {
    scene.hub.ignoreRanges();
    scene.hub.fail(PullScene.WEIGHTS, FakeHub.breaksOffAfter(15_000));
    scene.pull();
    scene.assertWhole();
    assertThat(scene.ranges()).hasSize(2).last().asString().startsWith("bytes=");
    assertThat(scene.said)
        .contains("model.safetensors: the hub does not give the rest alone; it begins again");
  }

  @Test
  void whatComesAgainAndAgainIsNothingNew() throws IOException {
    scene.tries = 3;
    scene.hub.ignoreRanges();
    FakeHub.Fault tooShort =
        (exchange, body) -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(body, 0, 1000);
        };
    scene.hub.fail(PullScene.WEIGHTS, tooShort, tooShort, tooShort, tooShort, tooShort);
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("broke off after 1.00 kB")
        .hasMessageContaining("at the last of 3 tries");
    assertThat(scene.ranges()).hasSize(3);
  }

  @Test
  void anotherRangeThanWasAskedForIsNotMixedIn() throws IOException {
    scene.hub.fail(
        PullScene.WEIGHTS,
        FakeHub.breaksOffAfter(15_000),
        (exchange, body) -> {
          exchange
              .getResponseHeaders()
              .set("Content-Range", "bytes 0-%d/99".formatted(body.length - 1));
          FakeHub.begin(exchange, body);
          exchange.getResponseBody().write(body);
        });
    assertThatThrownBy(scene::pull)
        .hasMessageContaining("expected the bytes from ")
        .hasMessageContaining("found the Content-Range bytes 0-");
    assertThat(Files.size(scene.part())).isBetween(1L, 15_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {PullScene.WEIGHTS, "config.json"})
  void wrongBytesAreThrownAway(String name) throws IOException {
    scene.hub.fail(name, FakeHub.wrong());
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(name + " of org/model does not have the checksum");
    assertThat(scene.target()).doesNotExist();
    assertThat(scene.kept()).isDirectoryNotContaining("glob:**/" + name + "*");
    scene.pull();
    scene.assertWhole();
  }

  @Test
  void aPartThatWasDamagedHereBeginsAgain() throws IOException {
    scene.tries = 1;
    scene.hub.fail(PullScene.WEIGHTS, FakeHub.breaksOffAfter(12_345));
    assertThatThrownBy(scene::pull).isInstanceOf(IOException.class);
    var part = scene.part();
    var bytes = Files.readAllBytes(part);
    bytes[100] ^= 1;
    Files.write(part, bytes);
    scene.tries = 6;
    scene.pull();
    scene.assertWhole();
    assertThat(scene.ranges()).hasSize(3).last().isEqualTo("null");
  }

  @Test
  void aWholeFileThatWasDamagedHereComesAgain() throws IOException {
    scene.tries = 1;
    scene.hub.fail(PullScene.WEIGHTS, FakeHub.breaksOffAfter(1));
    assertThatThrownBy(scene::pull).isInstanceOf(IOException.class);
    Files.writeString(scene.kept().resolve("config.json"), "{}");
    scene.pull();
    scene.assertWhole();
    assertThat(scene.target().resolve("config.json"))
        .hasBinaryContent(scene.hub.content("config.json"));
  }

  @Test
  void aModelThatHasChangedMeanwhileIsNotMixed() throws IOException {
    scene.tries = 1;
    scene.hub.fail(PullScene.WEIGHTS, FakeHub.breaksOffAfter(12_345));
    assertThatThrownBy(scene::pull).isInstanceOf(IOException.class);
    var other = scene.hub.content(PullScene.WEIGHTS).clone();
    other[other.length - 3] ^= 8; // the mantissa of a weight
    scene.hub.put(PullScene.WEIGHTS, other);
    scene.hub.commit("b".repeat(40));
    assertThat(scene.pull().commit()).isEqualTo("b".repeat(40));
    scene.assertWhole();
    assertThat(scene.ranges()).containsExactly("null", "null");
    assertThat(scene.said).anyMatch(line -> line.contains("that had come earlier belong to"));
    assertThat(scene.hub.asked().getLast().path()).contains(PullScene.WEIGHTS);
  }

  @Test
  void anotherCommitWithTheSameWeightsGoesOn() throws IOException {
    scene.tries = 1;
    scene.hub.fail(PullScene.WEIGHTS, FakeHub.breaksOffAfter(12_345));
    assertThatThrownBy(scene::pull).isInstanceOf(IOException.class);
    scene.hub.put("LICENSE", new byte[3]);
    scene.hub.commit("b".repeat(40));
    scene.pull();
    scene.assertWhole();
    assertThat(scene.ranges()).hasSize(2).last().asString().startsWith("bytes=");
  }

  @ParameterizedTest
  @CsvSource({"7,7", "'Mon, 30 Nov 2026 12:00:09 GMT',9"})
  void aHubThatIsAskedTooOftenIsGivenTheRestItAsksFor(String told, int seconds) throws IOException {
    scene.hub.fail("api", FakeHub.status(429, "Retry-After", told));
    scene.pull();
    scene.assertWhole();
    assertThat(scene.rested).isEqualTo(Duration.ofSeconds(seconds));
    assertThat(scene.said).anyMatch(line -> line.contains("asked too often (429)"));
  }

  @Test
  void aHubThatAsksForHoursIsNotWaitedFor() {
    scene.hub.fail("api", FakeHub.status(503, "Retry-After", "7200"));
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("asks for 7,200 seconds of rest");
    assertThat(scene.rested).isEqualTo(Duration.ZERO);
  }

  @Test
  void troubleIsWaitedOutTwiceAsLongEachTimeAndNotForEver() throws IOException {
    scene.hub.fail(
        PullScene.WEIGHTS, FakeHub.status(500), FakeHub.status(502), FakeHub.status(504));
    scene.pull();
    scene.assertWhole();
    assertThat(scene.rested).isEqualTo(Duration.ofSeconds(1 + 2 + 4));
    scene.tries = 3;
    Files.move(scene.target(), folder.resolve("other"));
    scene.hub.fail("api", FakeHub.status(500), FakeHub.status(500), FakeHub.status(500));
    assertThatThrownBy(scene::pull).hasMessageContaining("at the last of 3 tries");
  }

  @Test
  void withoutRoomNothingComes() {
    scene.free = 20_030_000;
    assertThatThrownBy(scene::pull)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("are still to come, but only 20 MB are free");
    assertThat(scene.hub.gets(PullScene.WEIGHTS)).isZero();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsNotTakenForABrokenConnection() throws IOException {
    scene.tries = 1;
    scene.hub.fail(PullScene.WEIGHTS, FakeHub.breaksOffAfter(1));
    assertThatThrownBy(scene::pull).isInstanceOf(IOException.class);
    var part = scene.part();
    Files.delete(part);
    Files.createSymbolicLink(part, Path.of("/dev/full"));
    scene.tries = 6;
    assertThatThrownBy(scene::pull).hasMessageContaining("No space left on device");
    assertThat(scene.ranges()).hasSize(2);
    assertThat(scene.target()).doesNotExist();
  }

  @Test
  void moreBytesThanWereToldAreNotKept() throws IOException {
    scene.hub.listing(json -> {
      for (var file : json.path("siblings")) {
        if (file.path("rfilename").asText().equals(PullScene.WEIGHTS)) {
          ((ObjectNode) file.path("lfs")).put("size", 30_000);
        }
      }
    });
    assertThatThrownBy(scene::pull)
        .hasMessageContaining("sends more than the 30,000 bytes it told of");
    assertThat(Files.size(scene.part())).isZero();
  }

  @Test
  void aStopInTheMiddleKeepsWhatIsThere() throws IOException {
    var over = new CountDownLatch(1);
    scene.hub.fail(
        PullScene.WEIGHTS,
        (exchange, body) -> {
          FakeHub.begin(exchange, body);
          exchange.getResponseBody().write(body, 0, 20_000);
          exchange.getResponseBody().flush();
          FakeHub.rest();
          scene.stop.request();
          await(over);
        });
    assertThat(scene.pull(Optional.empty())).isEmpty();
    over.countDown();
    assertThat(scene.said.getLast())
        .contains("stopped", scene.kept().toString(), "the same command goes on");
    assertThat(scene.target()).doesNotExist();
    assertThat(Files.size(scene.part())).isBetween(1L, 20_000L);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
