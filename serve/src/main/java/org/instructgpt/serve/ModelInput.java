package org.instructgpt.serve;

import java.util.Arrays;
import java.util.List;
import org.instructgpt.text.Dialogue;

/// What a model reads before it goes on.
public sealed interface ModelInput {

  /// A prompt, framed as in the training of a model that answers. A model that only continues texts
  /// gets it as it stands, without the blanks at its end: its words bring their own.
  record Text(String text) implements ModelInput {}

  /// A conversation, framed by the model's chat template, or as a dialogue where it has none.
  ///
  /// @param turns one or more
  record Conversation(List<Dialogue.Turn> turns) implements ModelInput {
    /// Copies the list.
    public Conversation {
      turns = List.copyOf(turns);
    }
  }

  /// A text to be continued as it stands, behind the token that begins every text, where the
  /// tokenizer has one.
  record Verbatim(String text) implements ModelInput {}

  /// The tokens themselves.
  record Ids(int[] ids) implements ModelInput {
    /// Copies the array.
    public Ids {
      ids = ids.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Ids it && Arrays.equals(ids, it.ids);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(ids);
    }
  }
}
