package io.shoal.runtime.dag;

import java.util.Arrays;

/// Numbers in the order in which they were added, without boxes.
final class IntList {
  private int[] numbers = new int[4];
  private int size;

  void add(int number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, size + (size >> 1) + 1);
    }
    numbers[size++] = number;
  }

  int get(int i) {
    return numbers[i];
  }

  int size() {
    return size;
  }

  int[] toArray() {
    return Arrays.copyOf(numbers, size);
  }
}
