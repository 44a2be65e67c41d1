package org.instructgpt.label;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.instructgpt.label.LabelerWork.Compared;
import org.instructgpt.label.LabelerWork.Demonstrated;
import org.instructgpt.label.LabelerWork.FewShot;
import org.instructgpt.label.LabelerWork.Rated;
import org.instructgpt.label.LabelerWork.Tagged;
import org.instructgpt.label.LabelerWork.Written;
import org.instructgpt.label.Rejected.Problem;
import org.instructgpt.label.Rejected.Why;
import org.instructgpt.label.TaskBatch.Kind;

/// Checks that work fits its task; one exception lists all problems.
final class WorkChecks {
  static final int LONGEST_TEXT = 20_000;
  static final int LONGEST_NOTE = 2000;
  static final int FEWEST_PAIRS = 2;

  /// More versions than anybody types; a draft with the highest number would be the last one.
  static final long MOST_VERSIONS = 1_000_000_000;

  static final int MOST_PAIRS = 20;

  private final List<Problem> problems = new ArrayList<>();

  private WorkChecks() {}

  static void check(LabelingTask task, LabelerWork work) {
    var checks = new WorkChecks();
    checks.look(task, work);
    checks.done("the work does not fit the task");
  }

  /// Checks the length of a draft, not its content, which is up to the page.
  static void draft(long version, String json, int longest) {
    var checks = new WorkChecks();
    if (version < 1 || version > MOST_VERSIONS) {
      checks.say("version", "label.problem.version", String.valueOf(version));
    }
    checks.text("json", json, longest);
    checks.done("the draft cannot be kept");
  }

  static void note(String note) {
    var checks = new WorkChecks();
    checks.text("note", note, LONGEST_NOTE);
    checks.done("the note cannot be kept");
  }

  static void answer(ScreeningQuestion.Answer answer) {
    if (answer instanceof ScreeningQuestion.Answer.Demonstrated demonstrated) {
      var checks = new WorkChecks();
      checks.filled("text", demonstrated.text());
      checks.done("the answer cannot be kept");
    }
  }

  private void done(String message) {
    if (!problems.isEmpty()) {
      throw new Rejected(Why.BAD_WORK, message + ": " + problems, problems);
    }
  }

  private void look(LabelingTask task, LabelerWork work) {
    if (!fits(task.kind(), work)) {
      say("work", "label.problem.kind", work.getClass().getSimpleName().toLowerCase(Locale.ROOT));
      return;
    }
    switch (work) {
      case Written(String text) -> filled("text", text);
      case FewShot few -> pairs(few);
      // An empty response may be the right one, as one of the paper's is (Table 11).
      case Demonstrated(String response) -> text("response", response, LONGEST_TEXT);
      case Compared compared -> compared(task.outputs().size(), compared);
      case Tagged _ -> {}
    }
  }

  private static boolean fits(Kind kind, LabelerWork work) {
    return switch (kind) {
      case PLAIN, USER_BASED -> work instanceof Written;
      case FEW_SHOT -> work instanceof FewShot;
      case DEMONSTRATE -> work instanceof Demonstrated;
      case COMPARE -> work instanceof Compared;
      case TAG -> work instanceof Tagged;
    };
  }

  private void pairs(FewShot few) {
    filled("instruction", few.instruction());
    int k = few.pairs().size();
    if (k < FEWEST_PAIRS || k > MOST_PAIRS) {
      say("pairs", "label.problem.pairs", String.valueOf(k));
    }
    for (int i = 0; i < k; i++) {
      filled("pairs[" + i + "].query", few.pairs().get(i).query());
      filled("pairs[" + i + "].response", few.pairs().get(i).response());
    }
  }

  private void compared(int k, Compared compared) {
    if (compared.outputs().size() != k) {
      say("outputs", "label.problem.outputs", String.valueOf(compared.outputs().size()));
    }
    for (int i = 0; i < compared.outputs().size(); i++) {
      Rated rated = compared.outputs().get(i);
      if (rated.quality() < 1 || rated.quality() > 7) {
        say("outputs[" + i + "].quality", "label.problem.quality", String.valueOf(rated.quality()));
      }
      text("outputs[" + i + "].note", rated.note(), LONGEST_NOTE);
    }
    if (compared.ranks().size() != k) {
      say("ranks", "label.problem.ranks", String.valueOf(compared.ranks().size()));
    }
    for (int i = 0; i < compared.ranks().size(); i++) {
      int rank = compared.ranks().get(i);
      if (rank < 1 || rank > k) {
        say("ranks[" + i + "]", "label.problem.rank", String.valueOf(rank));
      }
    }
  }

  private void filled(String field, String text) {
    if (text.isBlank()) {
      say(field, "label.problem.empty", "");
    }
    text(field, text, LONGEST_TEXT);
  }

  private void text(String field, String text, int longest) {
    if (text.length() > longest) {
      say(field, "label.problem.long", String.valueOf(text.length()));
    }
    if (!whole(text)) {
      say(field, "label.problem.unicode", "");
    }
  }

  /// Whether the text has no unpaired surrogates, which cannot be stored.
  static boolean whole(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private void say(String field, String expected, String found) {
    problems.add(new Problem(field, expected, found));
  }
}
