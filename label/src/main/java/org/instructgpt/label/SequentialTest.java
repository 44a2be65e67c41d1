package org.instructgpt.label;

import org.instructgpt.label.ScreeningResult.Suggestion;

/// How many quiz answers it takes to tell a good candidate from a bad one: Wald's sequential test.
///
/// **The idea.** After each answer, compare how likely all of them are from somebody who is right
/// 80% of the time with how likely they are from somebody right 65% of the time. As long as the
/// logarithm of the ratio lies between two bounds, ask another question. A candidate
/// who is always right passes after 15 answers, one who guesses fails after about 22.
///
/// **The bounds** are log(0.975 / 0.05) and log(0.025 / 0.95): at most 5% of those who are right 65%
/// of the time pass, and at most 2.5% of those right 80% of the time fail, since there are two
/// criteria to pass. After [#LONGEST] answers the likelier of the two hypotheses decides, which is a
/// threshold of 73%: the paper's soft cutoff of 75%, less the remaining uncertainty.
///
/// **Its error rates**, computed exactly (`ScreeningTest`), for one criterion:
///
///     right    50%    60%    65%    70%    75%    80%    85%    90%    95%
///     passes   0.0%   0.7%   4.7%  27.1%  75.7%  97.9%  99.9%  100%   100%
///     answers   22     39     58     86     86     54     33     24     18
///
/// Both criteria are passed by 95.7% of those who are right 80% of the time and by 0.2% of those
/// right 65% of the time.
///
/// Sources: Wald 1945, Sequential Tests of Statistical Hypotheses; paper App. B.1.
final class SequentialTest {
  static final int LONGEST = 200;
  static final double GOOD = 0.80;
  static final double BAD = 0.65;

  private static final double RIGHT = Math.log(GOOD / BAD);
  private static final double WRONG = Math.log((1 - GOOD) / (1 - BAD));
  private static final double PASSES = Math.log(0.975 / 0.05);
  private static final double FAILS = Math.log(0.025 / 0.95);

  /// The share of right answers at which both hypotheses are equally likely.
  private static final double MIDDLE = -WRONG / (RIGHT - WRONG);

  private SequentialTest() {}

  /// The decision after some answers.
  ///
  /// @param right how many of them are right
  static Suggestion of(int right, int answers) {
    double ratio = right * RIGHT + (answers - right) * WRONG;
    if (ratio >= PASSES) {
      return Suggestion.PASS;
    }
    if (ratio <= FAILS) {
      return Suggestion.FAIL;
    }
    if (answers < LONGEST) {
      return Suggestion.UNDECIDED;
    }
    return right >= MIDDLE * answers ? Suggestion.PASS : Suggestion.FAIL;
  }
}
