package org.instructgpt.label;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.instructgpt.records.AuditLog;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Store;
import org.instructgpt.statistics.Estimate;
import org.jdbi.v3.core.Handle;

/// How labelers are found (paper App. B.1): a candidate flags outputs and compares pairs of them
/// like researchers did, answers sensitive prompts, and says which topics they know. The screening
/// suggests; a researcher decides, with a reason.
public final class Screening {
  /// Demonstrations are to be graded that well on average, with some doubt allowed.
  static final double GRADE = 6;

  private final Store store;
  private final AuditLog audit;
  private final InstantSource clock;
  private final RandomGenerator random;

  private Screening(Store store, AuditLog audit, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.audit = audit;
    this.clock = clock;
    this.random = random;
  }

  /// Over the store, whose tables are made where they are missing.
  public static Screening open(
      Store store, AuditLog audit, InstantSource clock, RandomGenerator random) throws IOException {
    store.extend("label", TaskQueue.class);
    return new Screening(store, audit, clock, random);
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
    return store.read(handle ->
        new ScreeningCandidate(handle, labeler).next().map(ScreeningQuiz.Asked::question));
  }

  /// Takes an answer; one that is there already stays as it is.
  ///
  /// @throws IllegalArgumentException if the question was not asked of this labeler
  public void answer(String labeler, Answer answer) {
    WorkChecks.answer(answer);
    write(handle -> {
      var now = clock.instant();
      new ScreeningCandidate(handle, labeler).answer(answer, Ids.fresh(now, random), now);
      return true;
    });
  }

  /// The prompts that candidates shall answer: sensitive ones, a handful.
  public void demonstrateOn(List<String> prompts, String by) {
    write(handle -> {
      handle.execute("DELETE FROM label_quiz_prompt");
      new LinkedHashSet<>(prompts)
          .forEach(prompt ->
              handle.execute("INSERT INTO label_quiz_prompt (prompt) VALUES (?)", prompt));
      audit.append(handle, by, "chose-quiz-prompts", String.valueOf(prompts.size()));
      return true;
    });
  }

  public List<Ungraded> ungraded() {
    return store.read(handle ->
        handle
            .createQuery(
                """
                SELECT q.id, p.text, q.answer FROM label_quiz_answer q
                JOIN prompt p ON p.id = q.prompt
                WHERE q.kind = 'demonstration' AND q.grade IS NULL ORDER BY q.id\
                """)
            .map((row, _) ->
                new Ungraded(row.getString("id"), row.getString("text"), row.getString("answer")))
            .list());
  }

  /// A researcher's grade from 1 to 7.
  public void grade(String id, int grade, String by) {
    if (grade < 1 || grade > 7) {
      throw new IllegalArgumentException("expected a grade from 1 to 7, found " + grade);
    }
    write(handle -> {
      int rows =
          handle.execute(
              "UPDATE label_quiz_answer SET grade = ? WHERE id = ? AND kind = 'demonstration'",
              grade,
              id);
      if (rows == 0) {
        throw new IllegalArgumentException("expected a demonstration of a candidate, found " + id);
      }
      audit.append(handle, by, "graded", id);
      return true;
    });
  }

  public Result result(String labeler) {
    return store.read(handle -> new ScreeningCandidate(handle, labeler).result());
  }

  /// Everybody of the training pool who answered a question or was decided on, newest first.
  public List<Result> results() {
    return store.read(handle ->
        handle
            .createQuery(
                """
                SELECT l.id FROM labeler l WHERE l.pool = 'training' AND
                  (EXISTS (SELECT 1 FROM label_quiz_answer q WHERE q.labeler = l.id)
                   OR EXISTS (SELECT 1 FROM label_decision d WHERE d.labeler = l.id))
                ORDER BY l.seq DESC\
                """)
            .mapTo(String.class)
            .map(labeler -> new ScreeningCandidate(handle, labeler).result())
            .list());
  }

  /// Decides on a labeler.
  ///
  /// @param reason never blank
  public void decide(String labeler, Verdict verdict, String reason, String by) {
    if (reason.isBlank() || reason.length() > WorkChecks.LONGEST_NOTE) {
      throw new IllegalArgumentException(
          "expected a reason of 1 to " + WorkChecks.LONGEST_NOTE + " characters");
    }
    write(handle -> {
      var standing = new Eligibility(handle);
      if (standing.pool(labeler).isEmpty()) {
        throw new IllegalArgumentException("expected a labeler, found none of the id " + labeler);
      }
      standing.decide(labeler, new Decision(verdict, reason, by, clock.instant()));
      audit.append(handle, by, StoredJson.word(verdict), labeler);
      return true;
    });
  }

  /// Whether labelers of the training pool get work only when they were admitted. At first they get
  /// work without, until somebody asks for it.
  public boolean required() {
    return store.read(handle -> new Eligibility(handle).required());
  }

  /// Whom requiring a screening reaches, or waiving it.
  ///
  /// @param stopped labelers of the training pool whom nobody has decided on: they get no work then
  /// @param atWork of these, those who hold a task
  /// @param admitted who go on
  /// @param waiting who have no work now only because nobody has decided on them
  public record Reach(int stopped, int atWork, int admitted, int waiting) {}

  public Reach reach() {
    return store.read(handle -> {
      String undecided =
          """
          SELECT COUNT(*) FROM labeler l WHERE l.pool = 'training'
          AND NOT EXISTS (SELECT 1 FROM label_decision d WHERE d.labeler = l.id)\
          """;
      int all = count(handle, undecided);
      int atWork =
          count(
              handle,
              undecided
                  + """
                   AND EXISTS (SELECT 1 FROM label_lease s
                    WHERE s.labeler = l.id AND s.state = 'out')\
                  """);
      int admitted =
          count(
              handle,
              """
              SELECT COUNT(*) FROM labeler l WHERE l.pool = 'training' AND 'admitted' =
                (SELECT d.verdict FROM label_decision d WHERE d.labeler = l.id
                 ORDER BY d.seq DESC LIMIT 1)\
              """);
      return new Reach(all, atWork, admitted, new Eligibility(handle).required() ? all : 0);
    });
  }

  private static int count(Handle handle, String sql) {
    return handle.createQuery(sql).mapTo(Integer.class).one();
  }

  public void require(boolean required, String by) {
    write(handle -> {
      new Eligibility(handle).require(required);
      audit.append(handle, by, required ? "required-screening" : "waived-screening", "");
      return true;
    });
  }

  private <T> T write(Function<Handle, T> work) {
    return AwaitedWrite.done(store.write(work));
  }
}
