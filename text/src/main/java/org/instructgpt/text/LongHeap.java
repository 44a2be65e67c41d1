package org.instructgpt.text;

import java.util.Arrays;

/// A binary heap of longs, the least first: [java.util.PriorityQueue] would box each.
final class LongHeap {

  private long[] heap;
  private int size;

  LongHeap(int capacity) {
    heap = new long[Math.max(1, capacity)];
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(long value) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    int hole = size++;
    while (hole > 0 && heap[(hole - 1) / 2] > value) {
      heap[hole] = heap[(hole - 1) / 2];
      hole = (hole - 1) / 2;
    }
    heap[hole] = value;
  }

  /// Takes the least value of a heap that is not empty.
  long poll() {
    long least = heap[0];
    long last = heap[--size];
    int hole = 0;
    while (2 * hole + 1 < size) {
      int child = 2 * hole + 1;
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = last;
    return least;
  }
}
