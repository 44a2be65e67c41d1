package org.instructgpt.cost;

/// What a piece of work asks of a machine at the least.
///
/// @param operations floating-point operations of matrix products
/// @param bytes that must pass between memory and processor: weights, optimizer states and
///   key-value caches, which no cache of a processor holds; activations are not counted
public record Demand(double operations, double bytes) {
  /// Both pieces of work.
  Demand plus(Demand other) {
    return new Demand(operations + other.operations, bytes + other.bytes);
  }

  /// The work so many times.
  Demand times(double count) {
    return new Demand(operations * count, bytes * count);
  }

  /// The least time that it takes on a machine: the arithmetic and the traffic can go on at the
  /// same time, so the longer of the two counts.
  public Floor on(MachineRates rates) {
    double arithmetic = operations / rates.operationsPerSecond();
    double traffic = bytes / rates.bytesPerSecond();
    return arithmetic >= traffic
        ? new Floor(arithmetic, Floor.Limit.ARITHMETIC)
        : new Floor(traffic, Floor.Limit.MEMORY);
  }

  /// A time that cannot be undercut.
  ///
  /// @param seconds of it
  /// @param limit what sets it
  public record Floor(double seconds, Limit limit) {
    /// What sets a floor.
    public enum Limit {
      /// The rate of matrix products.
      ARITHMETIC,
      /// The bandwidth of memory.
      MEMORY
    }
  }
}
