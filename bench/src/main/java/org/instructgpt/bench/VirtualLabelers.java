package org.instructgpt.bench;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;

/// Concurrent simulated labelers, each on a virtual thread.
///
/// @param port of the site on the local machine
/// @param people the labelers
/// @param overlap how many annotations each item gets
/// @param draftEvery every so many items, the labeler stores drafts before submitting; 0 for never
/// @param rate the greatest total number of submissions per second; 0 for no limit
record VirtualLabelers(
    int port,
    List<Person> people,
    Acknowledgements acknowledgements,
    int overlap,
    int draftEvery,
    int rate) {

  /// A labeler's account.
  record Person(String id, String token) {}

  /// Durations of calls in microseconds, from the request to the end of the answer.
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

  /// Works until no task is left, or until `stop` is true and every call is answered.
  void work(Timings timings, BooleanSupplier stop) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long began = System.nanoTime();
      // Their first items are spread over one period.
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
