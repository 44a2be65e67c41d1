package org.instructgpt.ppo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.instructgpt.files.Count;
import org.instructgpt.model.Sequences;
import org.instructgpt.model.StepNotDoneException;
import org.instructgpt.ppo.TextReward.Answer;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Tensor;

/// Scores responses: `ScalarModel::rewards`, or something that reads their texts.
@FunctionalInterface
public interface ResponseScorer {
  /// The score (B) of each prompt with its response. Called without gradients.
  Tensor of(Sequences batch);

  /// The scores of a reward that reads texts.
  ///
  /// @param ends the ids that end a response; they are not part of its text
  static ResponseScorer of(TextReward reward, Tokenizer tokenizer, Set<Integer> ends) {
    return batch -> {
      var answers = new ArrayList<Answer>();
      for (int b = 0; b < batch.rows(); b++) {
        answers.add(answer(batch.row(b), batch.prompts()[b], tokenizer, ends));
      }
      return checked(reward.of(answers), answers);
    };
  }

  private static Answer answer(int[] row, int prompt, Tokenizer tokenizer, Set<Integer> ends) {
    boolean ended = ends.contains(row[row.length - 1]);
    int[] text = Arrays.copyOfRange(row, prompt, row.length - (ended ? 1 : 0));
    // A prompt was framed by stripping the white space at its end and adding a separator.
    var asked = tokenizer.decode(Arrays.copyOf(row, prompt)).stripTrailing();
    return new Answer(asked, tokenizer.decode(text), ended);
  }

  private static Tensor checked(double[] scores, List<Answer> answers) {
    if (scores.length != answers.size()) {
      throw new StepNotDoneException(
          "expected %s, one for each response, found %d"
              .formatted(Count.of(answers.size(), "reward"), scores.length));
    }
    for (int b = 0; b < scores.length; b++) {
      if (!Double.isFinite(scores[b])) {
        throw new StepNotDoneException(
            "expected finite rewards, found %s for the response \"%s\""
                .formatted(scores[b], answers.get(b).text()));
      }
    }
    return Tensor.of(scores, scores.length);
  }
}
