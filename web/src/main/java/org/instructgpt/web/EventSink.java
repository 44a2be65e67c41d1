package org.instructgpt.web;

/// An open answer to which server-sent events are added. May be used by one thread at a time.
public interface EventSink extends AutoCloseable {
  /// Sends one event at once; does nothing when the client has disconnected.
  void send(String event, Object json);

  /// Whether the client has disconnected, as far as the last write could tell. After a quarter of a
  /// second without a write this sends a ping to find out.
  boolean gone();

  /// Whether the server is shutting down: handlers of endless streams end now.
  boolean ending();

  @Override
  void close();
}
