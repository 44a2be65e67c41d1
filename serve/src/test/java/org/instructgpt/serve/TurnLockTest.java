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

  private final TurnLock baton = new TurnLock();

  /// Adds its number in each of its turns.
  private Thread player(int number, ArrayList<Integer> order) {
    return Thread.ofPlatform()
        .start(() -> {
          baton.take();
          for (int turn = 0; turn < TURNS; turn++) {
            order.add(number);
            baton.pass();
          }
          baton.drop();
        });
  }

  @Test
  void nobodyHasASecondTurnBeforeAllInLineHadOne() throws Exception {
    var order = new ArrayList<Integer>(); // of whoever holds the baton
    var players = new ArrayList<Thread>();
    baton.take();
    for (int i = 0; i < 3; i++) {
      var player = player(i, order);
      players.add(player);
      while (player.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }
    baton.drop();
    for (var player : players) {
      player.join();
    }
    assertThat(order).isEqualTo(IntStream.range(0, 3 * TURNS).map(i -> i % 3).boxed().toList());
  }

  @Test
  void whoIsAloneKeepsItAndWhoLeftIsNotWaitedFor() throws Exception {
    baton.take();
    baton.pass();
    baton.drop();
    var order = new ArrayList<Integer>();
    player(7, order).join();
    assertThat(order).hasSize(TURNS);
  }
}
