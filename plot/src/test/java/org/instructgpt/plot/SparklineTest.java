package org.instructgpt.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.instructgpt.plot.Sparkline.Point;
import org.junit.jupiter.api.Test;

class SparklineTest {

  @Test
  void aLineFillsTheDrawingWithinItsMargins() {
    var line = Sparkline.of(List.of(new Point(500, 2), new Point(750, 0), new Point(1000, 1)));
    assertThat(line).isEqualTo(new Sparkline("4.0,6.0 160.0,90.0 316.0,48.0", "316.0", "48.0"));
  }

  @Test
  void aConstantLineLiesInTheMiddle() {
    assertThat(Sparkline.of(List.of(new Point(0, 3), new Point(1, 3))).path())
        .isEqualTo("4.0,48.0 316.0,48.0");
    assertThat(Sparkline.of(List.of(new Point(0, 3))).path()).isEqualTo("4.0,48.0");
  }
}
