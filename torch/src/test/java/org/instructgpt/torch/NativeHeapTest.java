package org.instructgpt.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Scoped.class)
class NativeHeapTest {
  private static final int BLOCKS = 1_300;
  private static final int MEGABYTE = 1 << 20;

  @Test
  void largeGapsGoBackToTheSystem() {
    assumeTrue(NativeHeap.free() > 0, "the allocator is not glibc's");
    var blocks =
        IntStream.range(0, BLOCKS)
            .mapToObj(_ -> Tensor.zeros(DType.FLOAT32, MEGABYTE / 4))
            .toList();
    long before = Pointer.physicalBytes();
    // One that stays between ten that go: what is free is not the end of the heap.
    IntStream.range(0, BLOCKS)
        .filter(i -> i % 11 != 0)
        .forEach(i -> Scope.free(blocks.get(i).handle));
    Engine.freeUnused();
    assertThat(before - Pointer.physicalBytes()).isGreaterThan(1_000L * MEGABYTE);
  }
}
