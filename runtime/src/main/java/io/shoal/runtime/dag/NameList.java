package io.shoal.runtime.dag;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// The names of a folder's node, as their bytes: a folder can have a million.
final class NameList {
  private final byte[] bytes;
  private final int[] ends;

  private NameList(byte[] bytes, int[] ends) {
    this.bytes = bytes;
    this.ends = ends;
  }

  static NameList of(List<String> names) {
    int[] ends = new int[names.size()];
    byte[] bytes = new byte[16 * names.size()];
    int end = 0;
    for (int i = 0; i < ends.length; i++) {
      byte[] name = names.get(i).getBytes(StandardCharsets.UTF_8);
      if (end + name.length > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end + name.length, bytes.length * 3 / 2));
      }
      System.arraycopy(name, 0, bytes, end, name.length);
      end += name.length;
      ends[i] = end;
    }
    return new NameList(Arrays.copyOf(bytes, end), ends);
  }

  String get(int i) {
    int start = i == 0 ? 0 : ends[i - 1];
    return new String(bytes, start, ends[i] - start, StandardCharsets.UTF_8);
  }

  int size() {
    return ends.length;
  }

  /// How much memory it takes.
  int sizeBytes() {
    return bytes.length + Integer.BYTES * ends.length;
  }
}
