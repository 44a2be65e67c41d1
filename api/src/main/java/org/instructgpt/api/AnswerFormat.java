package org.instructgpt.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.instructgpt.model.ScoredToken;
import org.instructgpt.serve.CompletionStream.Finish;

/// How completions are written: as chat, or as plain text.
interface AnswerFormat {
  /// The field of a request that says what the model reads.
  String input();

  /// Of the beginning of ids.
  String prefix();

  /// What `object` says.
  ///
  /// @param part whether it is a part of a stream
  String object(boolean part);

  /// A whole completion as one of the choices.
  ObjectNode choice(int index, Answer answer);

  /// What a stream says of a completion before its first text, if anything.
  Optional<ObjectNode> opening(int index, Answer answer);

  /// Whether the openings of all completions come first of all: clients that count completions by
  /// what they have seen would take the end of one for the end of all.
  boolean opensFirst();

  /// More of a completion.
  ///
  /// @param text may be empty
  /// @param tokens that came with it
  ObjectNode part(int index, String text, List<ScoredToken> tokens);

  /// Whether a part must be sent though its text is empty.
  boolean sendsTokens();

  /// The end of a completion.
  ObjectNode closing(int index, Finish finish);
}
