package org.instructgpt.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.instructgpt.model.EpochOrder;
import org.instructgpt.ppo.Rollout.Response;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Scoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The layout of a batch.
@ExtendWith(Scoped.class)
class RolloutTest {

  @Test
  void minibatchesTakeTheOrderInTurnAndPartsGroupRowsOfSimilarLength() {
    var responses = Toys.responses();
    int[] order = EpochOrder.permutation(16, 5, 2);
    var rollout = Rollout.of(responses, order, 4, 3, Device.CPU);
    assertThat(rollout.minibatches()).hasSize(4);
    for (int m = 0; m < 4; m++) {
      var expected = Arrays.stream(order, 4 * m, 4 * m + 4).mapToObj(responses::get).toList();
      var found = rollout.responses().subList(4 * m, 4 * m + 4);
      assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(found).extracting(Response::length).isSorted();
      assertThat(rollout.minibatches().get(m).parts())
          .extracting(part -> part.batch().rows())
          .containsExactly(3, 1);
    }
  }

  @Test
  void spansPointToTheRowsAndTokensOfEachPart() {
    var rollout = Toys.rollout(3);
    int row = 0;
    int token = 0;
    for (var part : rollout.parts().toList()) {
      assertThat(part.rows()).isEqualTo(new IndexRange(row, row + part.batch().rows()));
      assertThat(part.tokens())
          .isEqualTo(new IndexRange(token, token + part.batch().responseTokens()));
      row = part.rows().to();
      token = part.tokens().to();
    }
    assertThat(row).isEqualTo(16);
    assertThat(token).isEqualTo(rollout.tokens()).isEqualTo(Arrays.stream(rollout.lengths()).sum());
  }
}
