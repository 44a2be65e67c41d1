package org.instructgpt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.instructgpt.cost.Demand.Floor;
import org.instructgpt.cost.Demand.Floor.Limit;
import org.junit.jupiter.api.Test;

class DemandTest {
  private static final MachineRates MACHINE = MachineRates.of(100, 10);

  @Test
  void theLongerOfArithmeticAndTrafficIsTheFloor() {
    assertThat(new Demand(200, 10).on(MACHINE)).isEqualTo(new Floor(2, Limit.ARITHMETIC));
    assertThat(new Demand(200, 30).on(MACHINE)).isEqualTo(new Floor(3, Limit.MEMORY));
  }

  @Test
  void piecesOfWorkAddUp() {
    assertThat(new Demand(2, 3).plus(new Demand(10, 20)).times(2)).isEqualTo(new Demand(24, 46));
  }

  @Test
  void aMachineWithoutARateIsRefused() {
    assertThatThrownBy(() -> MachineRates.of(0, 10)).hasMessageContaining("must be positive");
  }
}
