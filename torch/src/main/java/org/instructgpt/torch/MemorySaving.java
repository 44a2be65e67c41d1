package org.instructgpt.torch;

/// What a training does without, to need less memory.
///
/// @param moments how the optimizer keeps its two moments
/// @param recompute whether the backward pass computes the inside of each block again instead of
///   keeping it from the forward pass (activation checkpointing, Chen et al. 2016): the same
///   numbers for a third more work, and of each block only its input is kept
public record MemorySaving(MomentPrecision moments, boolean recompute) {
  /// Nothing is done without.
  public static final MemorySaving NONE = new MemorySaving(MomentPrecision.FULL, false);

  /// Moments kept so, and nothing else.
  public static MemorySaving of(MomentPrecision moments) {
    return new MemorySaving(moments, false);
  }
}
