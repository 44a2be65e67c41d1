package org.instructgpt.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.instructgpt.torch.Scope;

/// Several ranks in one process, each on a thread of its own: real collectives over loopback.
public final class RankThreads {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private RankThreads() {}

  /// What a rank does.
  @FunctionalInterface
  public interface Work<T> {
    T of(Ranks ranks) throws Exception;
  }

  /// What each rank finds, in their order. Each works in a scope of its own.
  public static <T> List<T> together(int count, Work<T> work) throws Exception {
    int port = freePort();
    var works = new ArrayList<Callable<T>>();
    for (int rank = 0; rank < count; rank++) {
      var place = new RankPlace(rank, count, rank, "localhost", port);
      works.add(() -> {
        try (var _ = Scope.open();
            var ranks = Rendezvous.join(place, new LinkedHashMap<>(), PATIENCE, PATIENCE)) {
          return work.of(ranks);
        }
      });
    }
    try (var threads = Executors.newFixedThreadPool(count)) {
      var found = new ArrayList<T>();
      for (var future : threads.invokeAll(works)) {
        found.add(future.get());
      }
      return found;
    }
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
