package org.instructgpt.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.instructgpt.serve.InferenceEngine;
import org.instructgpt.serve.ModelInput;

/// A reward model in this process, for LangChain4j: of texts as answers to a prompt. A reward has
/// no unit and no bounds; differences between answers to one prompt mean something, numbers alone
/// do not.
public final class RewardScoringModel implements ScoringModel {
  private final InferenceEngine engine;
  private final String name;

  RewardScoringModel(InferenceEngine engine, String name) {
    this.engine = engine;
    this.name = name;
  }

  /// The rewards of answers, in their order.
  ///
  /// @param answers texts
  /// @param prompt that they answer
  @Override
  public Response<List<Double>> scoreAll(List<TextSegment> answers, String prompt) {
    List<ModelInput> prompts = Collections.nCopies(answers.size(), new ModelInput.Text(prompt));
    var texts = answers.stream().map(TextSegment::text).toList();
    var wanted = engine.rewards(name, prompts, texts);
    try {
      var rewards = wanted.get();
      return Response.from(
          Arrays.stream(rewards.rewards()).boxed().toList(), new TokenUsage(rewards.tokens(), 0));
    } catch (InterruptedException stop) {
      wanted.cancel(true);
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the model scored", stop);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(failed);
    }
  }
}
