package org.instructgpt.project;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.instructgpt.checkpoint.Checkpoint;
import org.instructgpt.files.Count;
import org.instructgpt.model.ScalarModel;
import org.instructgpt.model.SequenceScorer;
import org.instructgpt.text.EncodedExample;
import org.instructgpt.text.PromptTemplate;
import org.instructgpt.text.Tokenizer;
import org.instructgpt.torch.Device;
import org.instructgpt.torch.Precision;
import org.instructgpt.torch.Scope;

/// Scores texts with a reward model. Holds the weights until it is closed, in the thread that
/// opened it.
public final class RewardScorer implements AutoCloseable {
  private final Scope scope;
  private final ScalarModel model;
  private final Tokenizer tokenizer;
  private final PromptTemplate template;

  private RewardScorer(
      Scope scope, ScalarModel model, Tokenizer tokenizer, PromptTemplate template) {
    this.scope = scope;
    this.model = model;
    this.tokenizer = tokenizer;
    this.template = template;
  }

  /// Loads a reward model onto the CPU, in float32.
  ///
  /// @param model the folder of its checkpoint, such as `workspace.model("reward")`
  /// @throws IllegalArgumentException if it is no reward model
  public static RewardScorer open(Path model) throws IOException {
    return open(model, Precision.FULL, Device.CPU);
  }

  /// Loads a reward model.
  ///
  /// @param model the folder of its checkpoint
  /// @param precision of matrix products
  /// @param device where it computes
  /// @throws IllegalArgumentException if it is no reward model
  public static RewardScorer open(Path model, Precision precision, Device device)
      throws IOException {
    var tokenizer = Checkpoint.tokenizer(model);
    var template = Checkpoint.template(model);
    var scope = Scope.open();
    try {
      var loaded = Checkpoint.loadRewardModel(model, precision, device);
      return new RewardScorer(scope, loaded, tokenizer, template);
    } catch (IOException | RuntimeException failed) {
      scope.close();
      throw failed;
    }
  }

  /// The reward of a completion that ended by itself, shifted by the model's bias: 0 is the mean of
  /// the demonstrations. `instructgpt score` gives the same: a model that another program made
  /// reads both texts as they are.
  ///
  /// @throws IllegalArgumentException if the prompt is empty, or both do not fit the model's
  ///   context
  public double score(String prompt, String completion) {
    var pair = encoded(prompt, completion);
    return SequenceScorer.inOrder(1).rewards(model, List.of(pair))[0];
  }

  private EncodedExample encoded(String prompt, String completion) {
    var pair =
        template.isFramed()
            ? template.frame(tokenizer, prompt, completion)
            : new EncodedExample(tokenizer.encodeFromStart(prompt), tokenizer.encode(completion));
    int context = model.config().context();
    if (pair.length() > context) {
      throw new IllegalArgumentException(
          "prompt and completion have %s, but the model's context is %d; shorten them"
              .formatted(Count.of(pair.length(), "token"), context));
    }
    return pair;
  }

  @Override
  public void close() {
    scope.close();
  }
}
