package org.instructgpt.label;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.instructgpt.label.LabelerWork.Compared;
import org.instructgpt.label.LabelerWork.Demonstrated;
import org.instructgpt.label.LabelerWork.FewShot;
import org.instructgpt.label.LabelerWork.Pair;
import org.instructgpt.label.LabelerWork.Tagged;
import org.instructgpt.label.LabelerWork.Written;
import org.instructgpt.label.TaskBatch.Kind;
import org.instructgpt.records.Demonstration;
import org.instructgpt.records.Feedback;
import org.instructgpt.records.Output;
import org.instructgpt.records.Prompt;
import org.instructgpt.records.Ranking;
import org.instructgpt.records.Rating;
import org.instructgpt.records.Split;

/// Turns a submission into the feedback records that models learn from.
///
/// @param submission its id, from which the ids of the records are made
/// @param at when it was handed in
record FeedbackRecords(String submission, String labeler, Instant at) {

  List<Feedback> records(LabelingTask task, LabelerWork work) {
    return switch (work) {
      case Written(String text) ->
          List.of(
              prompt(
                  "p",
                  text,
                  task.kind() == Kind.PLAIN
                      ? Prompt.Source.LABELER_PLAIN
                      : Prompt.Source.LABELER_USER_BASED));
      case FewShot few -> fewShot(few);
      case Demonstrated(String response) ->
          List.of(
              new Demonstration(
                  submission + "-d", task.prompt().orElseThrow(), response, labeler, at));
      case Compared compared -> compared(task, compared);
      case Tagged _ -> List.of();
    };
  }

  /// K pairs are K examples: each shows the other K - 1 before its own query (paper App. A.1).
  private List<Feedback> fewShot(FewShot few) {
    var records = new ArrayList<Feedback>();
    for (int k = 0; k < few.pairs().size(); k++) {
      Prompt prompt = prompt("p" + k, shots(few, k), Prompt.Source.LABELER_FEW_SHOT);
      records.add(prompt);
      records.add(
          new Demonstration(
              submission + "-d" + k, prompt.id(), few.pairs().get(k).response(), labeler, at));
    }
    return records;
  }

  /// A prompt in GPT-3's few-shot format: the instruction, the other pairs in order, and the query.
  static String shots(FewShot few, int asked) {
    var text = new StringBuilder(few.instruction().strip());
    for (int k = 0; k < few.pairs().size(); k++) {
      Pair pair = few.pairs().get(k);
      if (k != asked) {
        text.append("\n\nInput: ").append(pair.query().strip());
        text.append("\nOutput: ").append(pair.response().strip());
      }
    }
    return text.append("\n\nInput: ")
        .append(few.pairs().get(asked).query().strip())
        .append("\nOutput:")
        .toString();
  }

  private Prompt prompt(String suffix, String text, Prompt.Source source) {
    var user = Optional.of(labeler);
    return new Prompt(
        submission + "-" + suffix,
        text,
        source,
        user,
        Optional.empty(),
        Split.Fractions.USUAL.splitOf(user, Optional.empty(), text),
        Optional.empty(),
        at);
  }

  /// The outputs in the order in which the labeler saw them, which a [Ranking] expects.
  private List<Feedback> compared(LabelingTask task, Compared compared) {
    String prompt = task.prompt().orElseThrow();
    List<Output> shown = task.shown(labeler);
    var records = new ArrayList<Feedback>();
    for (int i = 0; i < shown.size(); i++) {
      var rated = compared.outputs().get(i);
      records.add(
          new Rating(
              submission + "-r" + i,
              prompt,
              shown.get(i),
              rated.quality(),
              rated.flags(),
              labeler,
              at));
    }
    records.add(new Ranking(submission + "-k", prompt, shown, compared.ranks(), labeler, at));
    return records;
  }
}
