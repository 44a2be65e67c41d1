package org.instructgpt.serve;

/// Something that is asked of one model. The model's thread calls all methods but [#cancel].
interface ModelRequest {
  String model();

  /// Whether the caller still waits for the result.
  boolean wanted();

  /// Drops the request: the caller no longer waits.
  void cancel();

  /// It cannot be done; nothing follows.
  void failed(Failure failure);
}
