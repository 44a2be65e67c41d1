package org.instructgpt.sft;

import org.instructgpt.model.Corpus;
import org.instructgpt.model.Dropout;
import org.instructgpt.model.Gpt;
import org.instructgpt.model.LogProbs;
import org.instructgpt.torch.Tensor;

/// Windows of plain text, in which every token is predicted.
record TextWindows(Corpus corpus) implements TokenExamples {
  /// @throws IllegalArgumentException if the model cannot read a whole window
  static TextWindows of(Corpus corpus, Gpt model) {
    if (corpus.window() > model.config().context()) {
      throw new IllegalArgumentException(
          "the text is cut into windows of %d tokens, but the model's context is %d: cut shorter ones"
              .formatted(corpus.window(), model.config().context()));
    }
    return new TextWindows(corpus);
  }

  @Override
  public int count() {
    return corpus.count();
  }

  @Override
  public int predicted(int example) {
    return corpus.window();
  }

  @Override
  public int read(int example) {
    return corpus.window();
  }

  @Override
  public Tensor logProbs(Gpt model, int[] chosen, Dropout dropout) {
    var windows = corpus.at(chosen, model.parameters().flat().device());
    return LogProbs.ofNext(model, windows.inputs(), windows.targets(), dropout);
  }
}
