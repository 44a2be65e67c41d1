package org.instructgpt.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/// What single tokens say, for those who show a text token by token.
public final class TokenTexts {
  private static final String NO_CHARACTER = "\uFFFD";
  private static final Pattern BYTE = Pattern.compile("<0x([0-9A-Fa-f]{2})>");

  private final Tokenizer tokenizer;
  private final int[] before;
  private final int length;

  /// Of a tokenizer's tokens.
  public TokenTexts(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    // Some tokenizers drop the space of a word that nothing stands before.
    this.before = tokenizer.encode("a");
    this.length = tokenizer.decode(before).length();
  }

  /// The text of a token within others, with U+FFFD for bytes that are no whole character.
  ///
  /// @throws IllegalArgumentException if no token has the id
  public String text(int id) {
    int[] ids = Arrays.copyOf(before, before.length + 1);
    ids[before.length] = id;
    return tokenizer.decode(ids).substring(length);
  }

  /// The bytes of a token's text in UTF-8, also where they are a part of a character.
  ///
  /// @throws IllegalArgumentException if no token has the id
  public byte[] bytes(int id) {
    var text = text(id);
    var spelling = tokenizer.spelling(id);
    if (!text.contains(NO_CHARACTER) || spelling.isEmpty()) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    var one = BYTE.matcher(spelling.get());
    if (one.matches()) {
      return new byte[] {(byte) Integer.parseInt(one.group(1), 16)};
    }
    return ByteAlphabet.isSpelling(spelling.get())
        ? ByteAlphabet.read(spelling.get())
        : text.getBytes(StandardCharsets.UTF_8);
  }

  /// Whether a token's bytes are no whole characters.
  public boolean isPart(int id) {
    return text(id).contains(NO_CHARACTER);
  }
}
