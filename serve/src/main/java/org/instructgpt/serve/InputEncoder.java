package org.instructgpt.serve;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.instructgpt.text.Tokenizer;

/// Makes tokens of what a model is to read.
record InputEncoder(ServedModel model, Tokenizer tokenizer) {

  /// @return ids, at least one
  /// @throws IllegalArgumentException if the model's chat template refuses the input, or an id of
  ///   it is none of the model's
  int[] ids(ModelInput input) {
    return switch (input) {
      case ModelInput.Text(String text) ->
          fromStart(
              model
                  .template()
                  .prompt(tokenizer, model.template().isFramed() ? text : stripBlanks(text)));
      case ModelInput.Conversation(var turns) -> model.template().prompt(tokenizer, turns);
      case ModelInput.Verbatim(String text) -> fromStart(tokenizer.encodeFromStart(text));
      case ModelInput.Ids(int[] ids) -> {
        check(Arrays.stream(ids));
        yield fromStart(ids);
      }
    };
  }

  /// A text without any token goes on from the token that ends the text before it.
  private int[] fromStart(int[] ids) {
    return ids.length > 0 ? ids : new int[] {tokenizer.endOfText()};
  }

  /// @throws IllegalArgumentException if one of some ids is none of the model's
  void check(IntStream ids) {
    int vocabulary = Math.min(tokenizer.vocabularySize(), model.shape().vocabulary());
    ids.filter(id -> id < 0 || id >= vocabulary)
        .findFirst()
        .ifPresent(unknown -> {
          throw new IllegalArgumentException(
              "expected token ids of 0 to %d, found %d".formatted(vocabulary - 1, unknown));
        });
  }

  /// Without the blanks at the end: a model's words bring their own (see
  /// [org.instructgpt.text.PromptTemplate]).
  private static String stripBlanks(String prompt) {
    int end = prompt.length();
    while (end > 0 && (prompt.charAt(end - 1) == ' ' || prompt.charAt(end - 1) == '\t')) {
      end--;
    }
    return prompt.substring(0, end);
  }
}
