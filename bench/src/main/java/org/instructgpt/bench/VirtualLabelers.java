package org.instructgpt.bench;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;

/// Simulated labelers who work at the same time, each a virtual thread.
///
/// @param port of the site, on this machine
/// @param people who they are
/// @param overlap of all items
/// @param draftEvery of how many items one is typed, with drafts, before it is handed in; 0 for
///   none
/// @param rate how many submissions a second they make together at most; 0 for no limit
record VirtualLabelers(
    int port, List<Person> people, Acknowledgements ledger, int overlap, int draftEvery, int rate) {

  /// Somebody with an account.
  record Person(String id, String token) {}

  /// How long calls took, in microseconds, from the request to the end of the answer.
  record Timings(ConcurrentHistogram next, ConcurrentHistogram submit, ConcurrentHistogram draft) {
    Timings() {
      this(new ConcurrentHistogram(3), new ConcurrentHistogram(3), new ConcurrentHistogram(3));
    }

    void forget() {
      next.reset();
      submit.reset();
      draft.reset();
    }
  }

  /// Works until nothing is left, or until it is time to stop and every call has its answer.
  void work(Timings timings, BooleanSupplier stop) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long began = System.nanoTime();
      // Their first items are spread over the time that each has for one.
      long period = rate == 0 ? 0 : 1_000_000_000L * people.size() / rate;
      var all =
          IntStream.range(0, people.size())
              .mapToObj(i -> new HttpLabeler(this, people.get(i), timings, stop))
              .map(worker -> {
                long first = began + period * people.indexOf(worker.me()) / people.size();
                return threads.submit(() -> worker.work(first, period));
              })
              .toList();
      for (var one : all) {
        one.get();
      }
    } catch (ExecutionException | InterruptedException failure) {
      throw new IllegalStateException("a labeler failed", failure);
    }
  }
}
