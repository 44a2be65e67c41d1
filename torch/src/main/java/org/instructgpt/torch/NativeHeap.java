package org.instructgpt.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// glibc's heap, where the tensors of the processor lie.
///
/// The launcher tells glibc to keep what is freed, since fresh pages are expensive, and in a single
/// arena, since only the first one has room for blocks of more than 64 MB. A block that fits into
/// no gap which others left is put behind them all. So where the sizes change, as between the
/// phases of an iteration of PPO, the gaps must go back to the system, or the heap grows.
@SuppressWarnings("restricted") // calls glibc
final class NativeHeap {
  /// Bytes of gaps that stay: to get so much again takes a tenth of a second.
  private static final long KEPT = 1L << 30;

  /// `struct mallinfo2`: ten numbers of bytes and blocks.
  private static final MemoryLayout NUMBERS =
      MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));

  /// `fordblks`, the bytes that are free.
  private static final int FREE = 8;

  private static final @Nullable MethodHandle INFO =
      function("mallinfo2", FunctionDescriptor.of(NUMBERS));
  private static final @Nullable MethodHandle TRIM =
      function("malloc_trim", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));

  private NativeHeap() {}

  private static @Nullable MethodHandle function(String name, FunctionDescriptor type) {
    var linker = Linker.nativeLinker();
    var found = linker.defaultLookup().find(name);
    return found.map(address -> linker.downcallHandle(address, type)).orElse(null);
  }

  /// The bytes of all gaps; 0 where the allocator is not glibc's.
  static long free() {
    if (INFO == null) {
      return 0;
    }
    try (var arena = Arena.ofConfined()) {
      var numbers = (MemorySegment) INFO.invokeExact((SegmentAllocator) arena);
      return numbers.getAtIndex(ValueLayout.JAVA_LONG, FREE);
    } catch (Throwable e) {
      throw new AssertionError("mallinfo2 does not throw", e);
    }
  }

  /// Gives the gaps back to the system if they are large.
  static void trim() {
    if (TRIM == null || free() < KEPT) {
      return;
    }
    try {
      var _ = (int) TRIM.invokeExact(0L);
    } catch (Throwable e) {
      throw new AssertionError("malloc_trim does not throw", e);
    }
  }
}
