package org.instructgpt.sft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.model.Sequences;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.torch.Tensor;

/// Prompts with the responses that labelers wrote. The response's tokens are predicted, its end of
/// text among them; the prompt is only read (docs/specification.md 5.1).
///
/// @param all each with a prompt and a response of at least one token that fit the context together
/// @param cut how many responses were too long and lost their end
record Demonstrations(List<EncodedExample> all, int cut) implements TokenExamples {
  private static final int PROBLEMS_SHOWN = 10;

  /// Cuts responses that are longer than `longest` or reach over the context. What is cut has no
  /// end of text then, so the model is not taught to stop in the middle of a sentence.
  ///
  /// @param name what messages call these demonstrations, such as `training`
  /// @throws IllegalArgumentException naming those without a prompt, without a response, or whose
  ///   prompt leaves no room for a response
  static Demonstrations fitted(List<EncodedExample> all, String name, int context, int longest) {
    var problems = new ArrayList<String>();
    var fitted = new ArrayList<EncodedExample>(all.size());
    int cut = 0;
    for (var example : all) {
      int prompt = example.prompt().length;
      int response = example.response().length;
      if (prompt < 1 || prompt >= context || response < 1) {
        problems.add(
            "%s demonstration %d: expected a prompt of 1 to %d tokens and a response of at least 1, found %d and %d"
                .formatted(name, fitted.size() + 1, context - 1, prompt, response));
      }
      int room = Math.clamp(context - prompt, 0, longest);
      cut += response > room ? 1 : 0;
      fitted.add(
          response > room
              ? new EncodedExample(example.prompt(), Arrays.copyOf(example.response(), room))
              : example);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "%s%s\nShorten the prompts or leave these demonstrations out."
              .formatted(
                  String.join("\n", problems.subList(0, Math.min(PROBLEMS_SHOWN, problems.size()))),
                  problems.size() > PROBLEMS_SHOWN
                      ? "\nand %d more".formatted(problems.size() - PROBLEMS_SHOWN)
                      : ""));
    }
    return new Demonstrations(List.copyOf(fitted), cut);
  }

  /// The prompts of the chosen demonstrations.
  List<int[]> prompts(int[] chosen) {
    return Arrays.stream(chosen).mapToObj(i -> all.get(i).prompt()).toList();
  }

  private List<int[]> responses(int[] chosen) {
    return Arrays.stream(chosen).mapToObj(i -> all.get(i).response()).toList();
  }

  @Override
  public int count() {
    return all.size();
  }

  @Override
  public int predicted(int example) {
    return all.get(example).response().length;
  }

  @Override
  public int read(int example) {
    return all.get(example).length();
  }

  @Override
  public Tensor logProbs(Gpt model, int[] chosen, Dropout dropout) {
    var device = model.parameters().flat().device();
    var batch = Sequences.of(prompts(chosen), responses(chosen), device);
    return LogProbs.ofResponses(model, batch, 1, dropout);
  }
}
