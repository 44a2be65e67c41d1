package org.instructgpt.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Rating.Flag;
import org.instructgpt.records.WithPrompt;
import org.instructgpt.statistics.Estimate.Cluster;
import org.instructgpt.statistics.Scores.Score;
import org.junit.jupiter.api.Test;

class ScoresTest {
  private static final List<WithPrompt<Rating>> RATINGS =
      List.of(
          Samples.rating("p", "ann", "sft", 5, Flag.HALLUCINATION),
          Samples.rating("p", "bob", "sft", 6),
          Samples.rating("q", "ann", "sft", 2, Flag.HALLUCINATION, Flag.HARMFUL_ADVICE),
          Samples.rating("p", "ann", "ppo", 7),
          Samples.rating("r", "ann", "ppo", 1));

  @Test
  void qualityIsTheMeanOfTheScaleByPrompt() {
    var quality = Scores.quality(RATINGS);

    assertThat(quality.models()).containsExactly("sft", "ppo");
    assertThat(quality.of("sft"))
        .isEqualTo(
            new Scores.Mean(
                "sft",
                Estimate.within(1, 7, List.of(new Cluster(11, 2), new Cluster(2, 1))),
                2,
                3));
    assertThat(quality.of("sft").mean().value()).isCloseTo(13 / 3.0, within(1e-12));
    assertThat(quality.means()).containsExactly(quality.of("sft"), quality.of("ppo"));
  }

  @Test
  void aFlagsRateIsAShare() {
    var rate = Scores.flag(Flag.HALLUCINATION, RATINGS);

    assertThat(rate.of("sft").mean())
        .isEqualTo(Estimate.of(List.of(new Cluster(1, 2), new Cluster(1, 1))));
    assertThat(rate.of("ppo").mean().value()).isZero();
  }

  @Test
  void theLeadLooksAtSharedPromptsAlone() {
    var scores =
        Scores.of(
            List.of(
                new Score("a", "p", 3),
                new Score("a", "q", 5),
                new Score("a", "alone", 100),
                new Score("b", "q", 4),
                new Score("b", "p", 1)));

    var lead = scores.lead("a", "b");

    assertThat(lead)
        .isEqualTo(
            Estimate.lead(
                Map.of("p", new Cluster(3, 1), "q", new Cluster(5, 1)),
                Map.of("p", new Cluster(1, 1), "q", new Cluster(4, 1))));
    assertThat(lead.value()).isEqualTo(1.5);
    assertThat(Scores.quality(RATINGS).lead("ppo", "sft")).isEqualTo(new Estimate(1.5, -6, 6));
  }

  @Test
  void scoresThatCannotBeAreNamed() {
    assertThatThrownBy(() -> Scores.within(0, 1, List.of(new Score("a", "p", 1.5))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected scores from 0.0 to 1.0, found 1.5 for 'a' on the prompt 'p'");
    assertThatThrownBy(() -> Scores.of(List.of(new Score("a", "p", Double.NaN))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found NaN for 'a'");
    var scores = Scores.of(List.of(new Score("a", "p", 1), new Score("b", "q", 1)));
    assertThatThrownBy(() -> scores.of("c")).hasMessageContaining("[a, b], found 'c'");
    assertThatThrownBy(() -> scores.lead("a", "b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("both 'a' and 'b' were scored, found none");
  }

  /// Two people rate each output; one in five prompts makes the model hallucinate half the time,
  /// others one time in ten: 0.18. The quality is 4 on average, with whole prompts better and
  /// worse; the other model's is one point lower, cut at 1 and 7.
  @Test
  void ninetyFiveOfAHundredIntervalsHoldTheTruth() {
    var random = new Random(3);
    int heldQuality = 0;
    int heldFlag = 0;
    int heldLead = 0;
    for (int t = 0; t < 1000; t++) {
      var ratings = new ArrayList<WithPrompt<Rating>>();
      for (int p = 0; p < 100; p++) {
        double rate = random.nextInt(5) == 0 ? 0.5 : 0.1;
        int own = random.nextInt(3) - 1;
        for (var labeler : List.of("ann", "bob")) {
          Flag[] flags = random.nextDouble() < rate ? new Flag[] {Flag.HALLUCINATION} : new Flag[0];
          int quality = 4 + own + random.nextInt(3) - 1;
          ratings.add(Samples.rating("p" + p, labeler, "sft", quality, flags));
          int lower = 3 + own + random.nextInt(3) - 1;
          ratings.add(Samples.rating("p" + p, labeler, "base", lower));
        }
      }
      heldQuality += Samples.holds(Scores.quality(ratings).of("sft").mean(), 4) ? 1 : 0;
      heldFlag +=
          Samples.holds(Scores.flag(Flag.HALLUCINATION, ratings).of("sft").mean(), 0.18) ? 1 : 0;
      heldLead += Samples.holds(Scores.quality(ratings).lead("base", "sft"), -1) ? 1 : 0;
    }

    Samples.assertCovers(heldQuality);
    Samples.assertCovers(heldFlag);
    Samples.assertCovers(heldLead);
  }
}
