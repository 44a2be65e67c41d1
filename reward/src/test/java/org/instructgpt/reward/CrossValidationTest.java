package org.instructgpt.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.instructgpt.torch.DType;
import org.instructgpt.torch.Scope;
import org.junit.jupiter.api.Test;

class CrossValidationTest {

  /// Forty labelers, the n-th with n rankings of K = 2 to 5.
  private static List<TokenizedRanking> unevenWork() {
    var random = new Random(1);
    var rankings = new ArrayList<TokenizedRanking>();
    for (int labeler = 1; labeler <= 40; labeler++) {
      for (int i = 0; i < labeler; i++) {
        var ranks = random.nextBoolean() ? List.of(1, 2) : List.of(1, 2, 3, 4, 5);
        rankings.add(Toys.judged("p" + rankings.size(), "labeler-" + labeler, ranks));
      }
    }
    return rankings;
  }

  @Test
  void groupsHaveRoughlyEqualData() {
    var work = unevenWork();

    var groups = CrossValidation.groups(new CrossValidation.Data(work, work), 5);

    var all = new HashSet<String>();
    groups.forEach(all::addAll);
    assertThat(all).hasSize(40);
    assertThat(groups.stream().mapToInt(Set::size).sum()).isEqualTo(40);
    int pairs = work.stream().mapToInt(ranked -> ranked.pairs().size()).sum();
    for (var group : groups) {
      int theirs =
          work.stream()
              .filter(ranked -> group.contains(ranked.labeler()))
              .mapToInt(ranked -> ranked.pairs().size())
              .sum();
      assertThat(theirs / (double) pairs).isCloseTo(0.2, within(0.01));
    }
  }

  @Test
  void eachModelIsTrainedOnTheOtherGroupsAndMeasuredOnAll() {
    var trained = new ArrayList<Set<String>>();
    var seeds = new ArrayList<Long>();
    var data = new CrossValidation.Data(Toys.rankings(60, 1), Toys.rankings(60, 2));
    long before = Scope.liveObjects();

    var result =
        CrossValidation.of(
            data,
            3,
            List.of(5L, 6L),
            (rankings, seed) -> {
              trained.add(new HashSet<>(rankings.stream().map(TokenizedRanking::labeler).toList()));
              seeds.add(seed);
              return Toys.model(DType.FLOAT32, seed);
            },
            500);

    assertThat(Scope.liveObjects()).isEqualTo(before);
    assertThat(seeds).containsExactly(5L, 6L, 5L, 6L, 5L, 6L);
    assertThat(result.runs()).hasSize(6);
    for (int i = 0; i < 6; i++) {
      var run = result.runs().get(i);
      assertThat(run.fold()).isEqualTo(i / 2);
      assertThat(run.heldOutLabelers()).hasSize(1);
      assertThat(trained.get(i)).hasSize(2).doesNotContainAnyElementsOf(run.heldOutLabelers());
    }
    try (var _ = Scope.open()) {
      var run = result.runs().getFirst();
      var theirs =
          data.heldOut().stream()
              .filter(ranked -> run.heldOutLabelers().contains(ranked.labeler()))
              .toList();
      var report = RewardReport.of(Toys.model(DType.FLOAT32, 5), theirs, 500);
      assertThat(run.otherLabelers()).isEqualTo(report.accuracy());
      assertThat(run.sameLabelers()).isNotEqualTo(run.otherLabelers());
    }
  }

  /// 0.7, 0.8 and 0.9: the deviation is 0.1, the standard error of the mean 0.1 / sqrt(3).
  @Test
  void theStandardErrorIsThatOfTheFoldsMeans() {
    var mean = CrossValidation.Mean.of(new double[] {0.7, 0.8, 0.9});

    assertThat(mean.value()).isCloseTo(0.8, within(1e-12));
    assertThat(mean.error()).isCloseTo(0.1 / Math.sqrt(3), within(1e-12));
    assertThat(mean).hasToString("80.0 +/- 5.8%");
  }

  @Test
  void fewerLabelersThanFoldsAreRefused() {
    var work = Toys.rankings(30, 1); // three labelers
    var data = new CrossValidation.Data(work, work);

    assertThatThrownBy(() -> CrossValidation.groups(data, CrossValidation.FOLDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 folds and 3 labelers")
        .hasMessageContaining("use fewer folds");
  }

  @Test
  void aGroupWithoutHeldOutRankingsIsRefused() {
    var data =
        new CrossValidation.Data(
            List.of(Toys.judged("p", "ann", List.of(1, 2)), Toys.judged("p", "bob", List.of(1, 2))),
            List.of(Toys.judged("q", "ann", List.of(1, 2))));

    assertThatThrownBy(() -> CrossValidation.groups(data, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hold more prompts out");
  }
}
