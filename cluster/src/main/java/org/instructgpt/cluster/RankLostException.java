package org.instructgpt.cluster;

/// Another rank ended or came too late, so this one cannot go on. Whoever started the ranks starts
/// all of them again; they go on from the last checkpoint.
public final class RankLostException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RankLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
