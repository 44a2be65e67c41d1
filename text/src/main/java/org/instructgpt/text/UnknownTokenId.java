package org.instructgpt.text;

/// Makes the exception for an id that no token has.
final class UnknownTokenId {

  private UnknownTokenId() {}

  static IllegalArgumentException at(int place, int id, int vocabularySize) {
    return new IllegalArgumentException(
        ("token id %d at place %d is not in this tokenizer's vocabulary of %d;"
                + " the ids were made by another tokenizer")
            .formatted(id, place, vocabularySize));
  }
}
