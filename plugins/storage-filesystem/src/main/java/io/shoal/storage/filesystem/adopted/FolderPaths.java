package io.shoal.storage.filesystem.adopted;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// The paths of folders, each kept once and named by a number, as long as something is in it. Not
/// thread-safe.
final class FolderPaths {
  private static final int FIRST_CAPACITY = 16;

  private final Map<Path, Integer> numbers = new HashMap<>();
  private final List<Path> paths = new ArrayList<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int[] users = new int[FIRST_CAPACITY];

  OptionalInt find(Path folder) {
    Integer known = numbers.get(folder);
    return known == null ? OptionalInt.empty() : OptionalInt.of(known);
  }

  /// The number of a folder in which there is one more file now.
  int take(Path folder) {
    Integer known = numbers.get(folder);
    int number = known == null ? add(folder) : known;
    users[number]++;
    return number;
  }

  private int add(Path folder) {
    int number;
    if (free.isEmpty()) {
      number = paths.size();
      paths.add(folder);
      if (number == users.length) {
        users = Arrays.copyOf(users, users.length * 2);
      }
    } else {
      number = free.pop();
      paths.set(number, folder);
    }
    numbers.put(folder, number);
    return number;
  }

  /// One file less is in a folder.
  void release(int number) {
    users[number]--;
    if (users[number] == 0) {
      numbers.remove(paths.get(number));
      free.push(number);
    }
  }

  Path path(int number) {
    return paths.get(number);
  }
}
