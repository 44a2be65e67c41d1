package org.instructgpt.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.instructgpt.experiment.PaperClaim.Bounds;
import org.instructgpt.plot.Figure.Verdict;
import org.instructgpt.statistics.Estimate;
import org.junit.jupiter.api.Test;

class PaperClaimTest {
  private static final MeasureKey KEY = MeasureKey.ModelMeasure.KL.of(ModelName.PPO);

  @Test
  void aNumberInsideWithItsWholeIntervalHolds() {
    assertThat(Bounds.above(0.5).judge(new Estimate(0.6, 0.51, 0.69))).isEqualTo(Verdict.HOLDS);
    assertThat(Bounds.below(0).judge(new Estimate(-0.2, -0.3, -0.1))).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void aNumberOutsideWithItsWholeIntervalFails() {
    assertThat(Bounds.above(0.5).judge(new Estimate(0.4, 0.3, 0.49))).isEqualTo(Verdict.FAILS);
    assertThat(new Bounds(-0.05, 0.05).judge(new Estimate(0.2, 0.1, 0.3))).isEqualTo(Verdict.FAILS);
  }

  @Test
  void anIntervalOnBothSidesIsUndecided() {
    assertThat(Bounds.above(0.5).judge(new Estimate(0.6, 0.49, 0.71))).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void aMissingMeasurementIsUndecided() {
    var test = new PaperClaim.Test("missing", "", _ -> Double.NaN, Bounds.NONE, Bounds.above(0));

    assertThat(
            new PaperClaim(1, "c", "p", List.of(test)).verdict(List.of(Measurements.of(Map.of()))))
        .isEqualTo(Verdict.UNDECIDED);
  }

  /// Three seeds with 1, 2, 3: mean 2, standard error 1/sqrt(3) = 0.577, Student's t with 2 degrees
  /// of freedom 4.302653, so the interval is 2 +/- 2.484138.
  @Test
  void theIntervalIsStudentsOverSeeds() {
    var test =
        new PaperClaim.Test("x", "", all -> all.get(KEY).value(), Bounds.NONE, Bounds.above(0));
    var found = test.measured(List.of(seed(1), seed(2), seed(3)));

    assertThat(found.value()).isEqualTo(2);
    assertThat(found.high() - found.value()).isCloseTo(2.484138, within(1e-6));
  }

  @Test
  void theIntervalOfAShareOverSeedsStaysWithinItsRange() {
    var share =
        new PaperClaim.Test("x", "%", all -> all.get(KEY).value(), Bounds.SHARE, Bounds.above(0.1));
    var found = share.measured(List.of(seed(0.85), seed(0.9), seed(1)));
    assertThat(found.high()).isLessThanOrEqualTo(1);
    assertThat(found.low()).isBetween(0.5, 0.85);

    var same = share.measured(List.of(seed(1), seed(1), seed(1)));
    assertThat(same.high()).isEqualTo(1);
    assertThat(same.low()).isCloseTo(3 / (3 + 4.302653 * 4.302653), within(1e-6));
  }

  @Test
  void everyShareAmongTheClaimsHasItsRange() {
    assertThat(PaperClaims.all())
        .flatMap(PaperClaim::tests)
        .filteredOn(test -> test.unit().equals("%"))
        .allMatch(test -> List.of(Bounds.SHARE, Bounds.DIFFERENCE).contains(test.range()));
  }

  @Test
  void oneFailingTestFailsTheClaim() {
    var good =
        new PaperClaim.Test("x", "", all -> all.get(KEY).value(), Bounds.NONE, Bounds.above(0));
    var bad =
        new PaperClaim.Test("x", "", all -> all.get(KEY).value(), Bounds.NONE, Bounds.below(0));
    var seeds = List.of(seed(1), seed(1.01), seed(0.99));

    assertThat(new PaperClaim(1, "c", "p", List.of(good)).verdict(seeds)).isEqualTo(Verdict.HOLDS);
    assertThat(new PaperClaim(1, "c", "p", List.of(good, bad)).verdict(seeds))
        .isEqualTo(Verdict.FAILS);
  }

  @Test
  void thereAreEighteenClaims() {
    var numbers = new HashSet<Integer>();
    PaperClaims.all().forEach(claim -> numbers.add(claim.number()));

    assertThat(PaperClaims.all()).hasSize(18);
    assertThat(numbers).hasSize(18).contains(1, 18);
  }

  private static Measurements seed(double value) {
    return Measurements.of(Map.of(KEY, Measurements.exact(value)));
  }
}
