package org.instructgpt.label;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.instructgpt.records.Store;
import org.instructgpt.statistics.Estimate;

/// How labelers are found (paper App. B.1): a candidate flags outputs and compares pairs of them
/// like researchers did, answers sensitive prompts, and says which topics they know. The screening
/// suggests; a researcher decides, with a reason.
public final class Screening {
  private Screening() {}

  /// Over the store, whose tables are made where they are missing.
  public static Screening open(Store store, InstantSource clock, RandomGenerator random)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /// What can hurt, and who: what a candidate says to have an eye for.
  public enum Topic {
    AGE,
    DISABILITY,
    GENDER,
    HEALTH,
    MONEY,
    ORIGIN,
    POLITICS,
    RELIGION,
    SEXUALITY,
    VIOLENCE
  }

  /// What is asked next.
  public sealed interface Question {
    /// What the [Answer] names.
    String id();

    /// Is there anything sensitive in the output: sexual, violent, hateful, harmful or improper?
    record Flag(String id, String prompt, String output) implements Question {}

    /// Which of two outputs is better?
    record Choice(String id, String prompt, String first, String second) implements Question {}

    /// Answer this sensitive prompt well.
    record Demonstration(String id, String prompt) implements Question {}

    /// Which topics do you know?
    record Topics(String id) implements Question {}
  }

  public sealed interface Answer {
    /// Of the question.
    String id();

    record Flagged(String id, boolean sensitive) implements Answer {}

    record Chosen(String id, boolean first) implements Answer {}

    record Demonstrated(String id, String text) implements Answer {}

    record Knows(String id, Set<Topic> topics) implements Answer {}
  }

  /// A criterion in numbers.
  ///
  /// @param estimate the share that agrees with researchers, or the mean grade; absent before the
  ///   first answer
  public record Score(int answers, Optional<Estimate> estimate, Suggestion suggestion) {}

  public enum Suggestion {
    PASS,
    FAIL,
    /// Not enough is known yet.
    UNDECIDED
  }

  /// What a researcher decided.
  public record Decision(Verdict verdict, String reason, String by, Instant at) {}

  public enum Verdict {
    /// Gets work.
    ADMITTED,
    /// Does not become a labeler.
    DECLINED,
    /// Gets no work for now.
    PAUSED
  }

  /// A candidate in the four criteria.
  ///
  /// @param finished whether no question is left
  /// @param decisions newest first
  public record Result(
      String labeler,
      Score flags,
      Score comparisons,
      Score demonstrations,
      Set<Topic> topics,
      boolean finished,
      Suggestion suggestion,
      List<Decision> decisions) {
    public Result {
      topics = Set.copyOf(topics);
      decisions = List.copyOf(decisions);
    }
  }

  /// A demonstration of a candidate that waits for a researcher's grade; whose it is, is not told.
  public record Ungraded(String id, String prompt, String response) {}

  /// The next question; empty when all is answered.
  public Optional<Question> next(String labeler) {
    throw new UnsupportedOperationException();
  }

  /// Takes an answer; one that is there already stays as it is.
  ///
  /// @throws IllegalArgumentException if the question was not asked of this labeler
  public void answer(String labeler, Answer answer) {
    throw new UnsupportedOperationException();
  }

  /// The prompts that candidates shall answer: sensitive ones, a handful.
  public void demonstrateOn(List<String> prompts, String by) {
    throw new UnsupportedOperationException();
  }

  public List<Ungraded> ungraded() {
    throw new UnsupportedOperationException();
  }

  /// A researcher's grade from 1 to 7.
  public void grade(String id, int grade, String by) {
    throw new UnsupportedOperationException();
  }

  public Result result(String labeler) {
    throw new UnsupportedOperationException();
  }

  /// Everybody of the training pool who answered a question or was decided on, newest first.
  public List<Result> results() {
    throw new UnsupportedOperationException();
  }

  /// Decides on a labeler.
  ///
  /// @param reason never blank
  public void decide(String labeler, Verdict verdict, String reason, String by) {
    throw new UnsupportedOperationException();
  }

  /// Whether labelers of the training pool get work only when they were admitted. At first they get
  /// work without, until somebody asks for it.
  public boolean required() {
    throw new UnsupportedOperationException();
  }

  public void require(boolean required, String by) {
    throw new UnsupportedOperationException();
  }
}
