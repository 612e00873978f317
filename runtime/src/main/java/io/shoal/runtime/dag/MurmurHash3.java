package io.shoal.runtime.dag;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The first 64 bits of MurmurHash3 x64 128 with seed 0 (multicodec 0x22): the hash that places
/// names in a sharded folder. Not collision resistant.
public final class MurmurHash3 {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long C1 = 0x87c37b91114253d5L;
  private static final long C2 = 0x4cf5ad432745937fL;

  private MurmurHash3() {}

  public static long hash64(byte[] bytes) {
    long h1 = 0;
    long h2 = 0;
    int at = 0;
    for (; at + 16 <= bytes.length; at += 16) {
      h1 ^= mix1((long) LONG.get(bytes, at));
      h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
      h2 ^= mix2((long) LONG.get(bytes, at + 8));
      h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
    }
    h1 ^= mix1(tail(bytes, at));
    h2 ^= mix2(tail(bytes, at + 8));
    h1 ^= bytes.length;
    h2 ^= bytes.length;
    h1 += h2;
    h2 += h1;
    return finish(h1) + finish(h2);
  }

  private static long mix1(long k) {
    return Long.rotateLeft(k * C1, 31) * C2;
  }

  private static long mix2(long k) {
    return Long.rotateLeft(k * C2, 33) * C1;
  }

  /// Up to eight bytes from `from`, little-endian, zero where the input has ended.
  private static long tail(byte[] bytes, int from) {
    long value = 0;
    for (int i = Math.min(bytes.length, from + 8) - 1; i >= from; i--) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return value;
  }

  private static long finish(long k) {
    long h = k;
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    return h ^ h >>> 33;
  }
}
