package org.instructgpt.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.instructgpt.torch.Scope;
import org.instructgpt.torch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class RendezvousTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static LinkedHashMap<String, String> facts(String recipe) {
    return new LinkedHashMap<>(Map.of("the recipe", recipe));
  }

  /// What each of several ranks finds, each on a thread of its own; a refusal as its message.
  private static List<Object> each(List<Callable<Object>> works) throws InterruptedException {
    try (var threads = Executors.newFixedThreadPool(works.size())) {
      var futures = threads.invokeAll(works);
      var found = new ArrayList<Object>();
      for (var future : futures) {
        try {
          found.add(future.get());
        } catch (ExecutionException refused) {
          found.add(String.valueOf(refused.getCause().getMessage()));
        }
      }
      return found;
    }
  }

  private static List<Object> together(int count, Function<Ranks, Object> work) throws Exception {
    int port = freePort();
    var works = new ArrayList<Callable<Object>>();
    for (int rank = 0; rank < count; rank++) {
      var place = new RankPlace(rank, count, rank, "localhost", port);
      works.add(() -> {
        try (var _ = Scope.open();
            var ranks = Rendezvous.join(place, facts("a"), PATIENCE, PATIENCE)) {
          return work.apply(ranks);
        }
      });
    }
    return each(works);
  }

  private static Tensor numbers(int rank, int count) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 100 * rank + i;
    }
    return Tensor.of(values);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void ranksComputeInCommon(int count) throws Exception {
    var found =
        together(
            count,
            ranks -> {
              var told = new ArrayList<List<Float>>();
              var sum = numbers(ranks.rank(), 4);
              ranks.allReduce(sum);
              told.add(list(sum));
              var part = numbers(0, 4 / count);
              ranks.reduceScatter(numbers(ranks.rank(), 4), part);
              told.add(list(part));
              var whole = numbers(0, 4);
              ranks.allGather(part, whole);
              told.add(list(whole));
              var last = numbers(ranks.rank(), 2);
              ranks.broadcast(last, count - 1);
              told.add(list(last));
              ranks.barrier();
              return told;
            });
    float rankSum = 100 * count * (count - 1) / 2f;
    var sum = List.of(rankSum, rankSum + count, rankSum + 2 * count, rankSum + 3 * count);
    for (int rank = 0; rank < count; rank++) {
      int part = 4 / count;
      float last = 100 * (count - 1);
      assertThat(found.get(rank))
          .isEqualTo(
              List.of(
                  sum, sum.subList(rank * part, (rank + 1) * part), sum, List.of(last, last + 1)));
    }
  }

  private static List<Float> list(Tensor tensor) {
    var all = new ArrayList<Float>();
    for (float value : tensor.floats()) {
      all.add(value);
    }
    return all;
  }

  @Test
  void aTrainingAloneHasNothingToDo() {
    try (var _ = Scope.open()) {
      var sum = numbers(1, 2);
      Ranks.alone().allReduce(sum);
      assertThat(list(sum)).containsExactly(100f, 101f);
    }
  }

  private static Callable<Object> joining(RankPlace place, String recipe, Duration patience) {
    return () -> {
      try (var ranks = Rendezvous.join(place, facts(recipe), patience, patience)) {
        return ranks.rank();
      }
    };
  }

  @Test
  void otherRecipesAreToldOnEveryRank() throws Exception {
    int port = freePort();
    var found =
        each(
            List.of(
                joining(new RankPlace(0, 2, 0, "localhost", port), "a", PATIENCE),
                joining(new RankPlace(1, 2, 1, "localhost", port), "b", PATIENCE)));
    assertThat(found)
        .allSatisfy(
            told -> assertThat(told).asString().contains("the recipe: rank 0 has a, rank 1 has b"));
  }

  @Test
  void anotherNumberOfRanksIsTold() throws Exception {
    int port = freePort();
    var short1 = Duration.ofSeconds(5);
    var found =
        each(
            List.of(
                joining(new RankPlace(0, 2, 0, "localhost", port), "a", short1),
                joining(new RankPlace(1, 3, 1, "localhost", port), "a", short1)));
    assertThat(found)
        .anySatisfy(told -> assertThat(told).asString().contains("WORLD_SIZE"))
        .allSatisfy(told -> assertThat(told).isInstanceOf(String.class));
  }

  @Test
  void twoOfOneRankAreToldOnEveryRank() throws Exception {
    int port = freePort();
    var found =
        each(
            List.of(
                joining(new RankPlace(0, 3, 0, "localhost", port), "a", PATIENCE),
                joining(new RankPlace(1, 3, 1, "localhost", port), "a", PATIENCE),
                joining(new RankPlace(1, 3, 1, "localhost", port), "a", PATIENCE)));
    assertThat(found)
        .allSatisfy(told -> assertThat(told).asString().contains("two processes are rank 1"));
  }

  @Test
  void aRankThatDoesNotComeIsNamed() throws Exception {
    int port = freePort();
    var soon = Duration.ofSeconds(2);
    var found =
        each(
            List.of(
                joining(new RankPlace(0, 3, 0, "localhost", port), "a", soon),
                joining(new RankPlace(2, 3, 2, "localhost", port), "a", soon)));
    assertThat(found)
        .allSatisfy(told ->
            assertThat(told).asString().contains("2 of 3 ranks came within 2 s, missing: 1"));
  }

  @Test
  void nobodyAtTheAddressIsTold() throws Exception {
    var place = new RankPlace(1, 2, 1, "localhost", freePort());
    assertThat(each(List.of(joining(place, "a", Duration.ofSeconds(2)))).getFirst())
        .asString()
        .contains("rank 1 of 2: rank 0 could not be reached at localhost:");
    var unknown = new RankPlace(1, 2, 1, "no-such-machine.invalid", 29_500);
    assertThat(each(List.of(joining(unknown, "a", Duration.ofSeconds(2)))).getFirst())
        .asString()
        .contains("MASTER_ADDR: expected the machine of rank 0, found 'no-such-machine.invalid'");
  }

  @Test
  void aPortInUseIsTold() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      var place = new RankPlace(0, 2, 0, "localhost", taken.getLocalPort());
      assertThat(each(List.of(joining(place, "a", Duration.ofSeconds(2)))).getFirst())
          .asString()
          .contains("cannot listen at localhost:", "Another training needs another MASTER_PORT");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void ranksThatLoseOneEndWithAMessage(int killed) throws Exception {
    int port = freePort();
    var processes = new ArrayList<Process>();
    for (int rank = 0; rank < 3; rank++) {
      processes.add(start(new RankPlace(rank, 3, rank, "localhost", port)));
    }
    for (var process : processes) {
      assertThat(lines(process)).contains("together");
    }
    processes.get(killed).destroyForcibly().waitFor();
    for (int rank = 0; rank < 3; rank++) {
      if (rank != killed) {
        assertThat(processes.get(rank).waitFor(30, TimeUnit.SECONDS)).isTrue();
        var told = new String(processes.get(rank).getInputStream().readAllBytes(), UTF_8);
        assertThat(told).contains("rank %d of 3 lost another rank at all-reduce".formatted(rank));
        assertThat(processes.get(rank).exitValue()).as(told).isEqualTo(3);
      }
    }
  }

  /// What a process said up to the first word of it that counts.
  private static String lines(Process process) throws IOException {
    var text = new StringBuilder();
    for (int c = process.getInputStream().read(); c >= 0; c = process.getInputStream().read()) {
      text.append((char) c);
      if (text.toString().endsWith("together\n")) {
        break;
      }
    }
    return text.toString();
  }

  private static Process start(RankPlace place) throws IOException {
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            RankProcess.class.getName(),
            "a");
    place
        .environment()
        .forEach(entry -> {
          var parts = entry.split("=", 2);
          builder.environment().put(parts[0], parts[1]);
        });
    return builder.redirectErrorStream(true).start();
  }
}
