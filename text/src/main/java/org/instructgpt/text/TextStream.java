package org.instructgpt.text;

import java.util.Arrays;

/// Decodes tokens to text while they arrive. A character may be spread over several tokens (an
/// emoji is four bytes), so the text of a token is held back until it ends with a whole character:
/// all pieces together are the text that [Tokenizer#decode] gives for all ids.
///
/// Some tokenizers decode a token differently at the start of a text (they drop the space of the
/// first word), so new tokens are decoded behind those of the piece before them, whose text is then
/// taken off.
///
/// Not safe for use by several threads.
public final class TextStream {

  private static final String INCOMPLETE = "\uFFFD";

  /// How many tokens before a text decide about its first character: those of a whole one.
  private static final int CONTEXT = 8;

  private final Tokenizer tokenizer;

  /// The ids of the last piece, then those that are held back.
  private int[] ids = {};

  private int given;

  /// A stream at the start of a text.
  public TextStream(Tokenizer tokenizer) {
    this(tokenizer, new int[0]);
  }

  /// A stream that goes on behind other tokens: the text of the first that comes is that which it
  /// has there.
  ///
  /// @param before the tokens before it, or the last of them
  public TextStream(Tokenizer tokenizer, int[] before) {
    this.tokenizer = tokenizer;
    ids = Arrays.copyOfRange(before, Math.max(0, before.length - CONTEXT), before.length);
    given = ids.length;
  }

  /// Adds the next token and returns the text that is complete now: often that of this token alone,
  /// sometimes none.
  ///
  /// @throws IllegalArgumentException if the id is not in the vocabulary
  public String add(int id) {
    ids = Arrays.copyOf(ids, ids.length + 1);
    ids[ids.length - 1] = id;
    String text = tokenizer.decode(ids);
    return text.endsWith(INCOMPLETE) ? "" : piece(text);
  }

  /// The text that is still held back, with U+FFFD for what never became a character.
  public String end() {
    return piece(tokenizer.decode(ids));
  }

  private String piece(String text) {
    String before = tokenizer.decode(Arrays.copyOf(ids, given));
    ids = Arrays.copyOfRange(ids, given, ids.length);
    given = ids.length;
    return text.substring(before.length());
  }
}
