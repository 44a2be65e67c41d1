package org.instructgpt.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TurnLockTest {
  private static final int TURNS = 5000;

  private final TurnLock lock = new TurnLock();

  /// A thread that adds its number in each of its turns.
  private Thread thread(int number, ArrayList<Integer> order) {
    return Thread.ofPlatform()
        .start(() -> {
          lock.acquire();
          for (int turn = 0; turn < TURNS; turn++) {
            order.add(number);
            lock.pass();
          }
          lock.release();
        });
  }

  @Test
  void noThreadHasASecondTurnBeforeAllInTheQueueHadOne() throws Exception {
    var order = new ArrayList<Integer>(); // written by the holder alone
    var threads = new ArrayList<Thread>();
    lock.acquire();
    for (int i = 0; i < 3; i++) {
      var thread = thread(i, order);
      threads.add(thread);
      while (thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }
    lock.release();
    for (var thread : threads) {
      thread.join();
    }
    assertThat(order).isEqualTo(IntStream.range(0, 3 * TURNS).map(i -> i % 3).boxed().toList());
  }

  @Test
  void aLoneThreadKeepsTheLockAndOneThatReleasedItIsNotWaitedFor() throws Exception {
    lock.acquire();
    lock.pass();
    lock.release();
    var order = new ArrayList<Integer>();
    thread(7, order).join();
    assertThat(order).hasSize(TURNS);
  }
}
