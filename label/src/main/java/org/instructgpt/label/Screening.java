package org.instructgpt.label;

import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.instructgpt.label.ScreeningQuestion.Answer;
import org.instructgpt.label.ScreeningResult.Decision;
import org.instructgpt.label.ScreeningResult.Verdict;
import org.instructgpt.records.AuditLog;
import org.instructgpt.records.FeedbackTables;
import org.instructgpt.records.Ids;
import org.instructgpt.records.Labeler.Pool;
import org.instructgpt.records.Store;
import org.jdbi.v3.core.Handle;

/// The screening test for candidate labelers (paper App. B.1): a candidate flags outputs, compares
/// pairs of them, answers sensitive prompts, and says which topics they know; flags and comparisons
/// are scored against researchers' answers. The screening suggests, a researcher decides.
public final class Screening {
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

  /// Opens the screening over a store and creates the tables that are missing.
  public static Screening open(
      Store store, AuditLog audit, InstantSource clock, RandomGenerator random) throws IOException {
    store.extend("label", TaskQueue.class);
    return new Screening(store, audit, clock, random);
  }

  /// A candidate's demonstration that awaits a researcher's grade, without the candidate's name.
  public record Ungraded(String id, String prompt, String response) {}

  /// The next question; empty when all are answered.
  public Optional<ScreeningQuestion> next(String labeler) {
    return store.read(handle ->
        new ScreeningCandidate(handle, labeler).next().map(ScreeningQuiz.Asked::question));
  }

  /// Stores an answer; an earlier answer to the same question stays as it is.
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

  /// Sets the few sensitive prompts that candidates are to answer.
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
    return store.read(handle -> {
      // Each with the id of the prompt, which its text replaces.
      var answers =
          handle
              .createQuery(
                  """
                  SELECT id, prompt, answer FROM label_quiz_answer
                  WHERE kind = 'demonstration' AND grade IS NULL ORDER BY id\
                  """)
              .map((row, _) ->
                  new Ungraded(
                      row.getString("id"), row.getString("prompt"), row.getString("answer")))
              .list();
      var texts =
          new FeedbackTables(handle).promptTexts(answers.stream().map(Ungraded::prompt).toList());
      return answers.stream()
          .map(given ->
              new Ungraded(given.id(), texts.getOrDefault(given.prompt(), ""), given.response()))
          .toList();
    });
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

  public ScreeningResult result(String labeler) {
    return store.read(handle -> new ScreeningCandidate(handle, labeler).result());
  }

  /// The results of everybody in the training pool who answered a question or was decided on,
  /// newest first.
  public List<ScreeningResult> results() {
    return store.read(handle -> {
      var candidates =
          handle
              .createQuery(
                  "SELECT labeler FROM label_quiz_answer UNION SELECT labeler FROM label_decision")
              .mapTo(String.class)
              .set();
      return new FeedbackTables(handle)
          .labelers(Pool.TRAINING).reversed().stream()
              .filter(candidates::contains)
              .map(labeler -> new ScreeningCandidate(handle, labeler).result())
              .toList();
    });
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
      var eligibility = new Eligibility(handle);
      if (eligibility.pool(labeler).isEmpty()) {
        throw new IllegalArgumentException("expected a labeler, found none of the id " + labeler);
      }
      eligibility.decide(labeler, new Decision(verdict, reason, by, clock.instant()));
      audit.append(handle, by, StoredJson.word(verdict), labeler);
      return true;
    });
  }

  /// Whether labelers of the training pool get work only after they were admitted. Off until a
  /// researcher turns it on.
  public boolean required() {
    return store.read(handle -> new Eligibility(handle).required());
  }

  /// How many labelers are affected by requiring the screening or waiving it.
  ///
  /// @param stopped labelers of the training pool without a decision: they get no work if it is
  ///   required
  /// @param atWork those of them who hold a task
  /// @param admitted labelers who keep getting work
  /// @param waiting labelers who get no work now only because nobody has decided on them
  public record Reach(int stopped, int atWork, int admitted, int waiting) {}

  public Reach reach() {
    return store.read(handle -> {
      var eligibility = new Eligibility(handle);
      var verdicts = eligibility.verdicts();
      var holders =
          handle
              .createQuery("SELECT DISTINCT labeler FROM label_lease WHERE state = 'out'")
              .mapTo(String.class)
              .set();
      int stopped = 0;
      int atWork = 0;
      int admitted = 0;
      for (String labeler : new FeedbackTables(handle).labelers(Pool.TRAINING)) {
        if (verdicts.get(labeler) == Verdict.ADMITTED) {
          admitted++;
        } else if (!verdicts.containsKey(labeler)) {
          stopped++;
          atWork += holders.contains(labeler) ? 1 : 0;
        }
      }
      return new Reach(stopped, atWork, admitted, eligibility.required() ? stopped : 0);
    });
  }

  public void require(boolean required, String by) {
    write(handle -> {
      new Eligibility(handle).require(required);
      audit.append(handle, by, required ? "required-screening" : "waived-screening", "");
      return true;
    });
  }

  private <T> T write(Function<Handle, T> work) {
    return store.writeNow(work);
  }
}
