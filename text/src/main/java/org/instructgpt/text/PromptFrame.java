package org.instructgpt.text;

import java.util.List;
import org.instructgpt.text.Dialogue.Turn;

/// What is around prompts and responses (see [PromptTemplate], which says what the methods do).
sealed interface PromptFrame permits SeparatorFrame, ChatFrame {
  String description();

  int[] prompt(Tokenizer tokenizer, String prompt);

  int[] prompt(Tokenizer tokenizer, List<Turn> turns);

  int[] response(Tokenizer tokenizer, String response);

  String shorten(Tokenizer tokenizer, String prompt, int limit);
}
