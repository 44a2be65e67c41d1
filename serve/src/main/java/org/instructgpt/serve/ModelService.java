package org.instructgpt.serve;

/// What a model in memory does with its requests. All methods are called on the thread of its
/// [ModelWorker].
interface ModelService extends AutoCloseable {

  /// Takes a request.
  void add(ModelRequest request);

  /// Computes a little: a token of each completion, or the rewards of one request.
  ///
  /// @return whether there are requests that are not over
  boolean step();

  /// Whether there is anything to compute.
  boolean busy();

  /// Gives all requests up.
  void fail(Failure failure);

  @Override
  void close();
}
