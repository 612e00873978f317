package io.shoal.runtime.destination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.destination.ZeroRuns.Run;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ZeroRunsTest {
  private static final int MIN = ZeroRuns.MIN_RUN_BYTES;

  private static ByteBuffer leaf(int sizeBytes, int dataFrom, int dataTo) {
    byte[] bytes = new byte[sizeBytes];
    Arrays.fill(bytes, dataFrom, dataTo, (byte) 1);
    return ByteBuffer.wrap(bytes);
  }

  @Test
  void onlyLongRunsAreSetApart() {
    assertEquals(List.of(new Run(0, 0, false)), ZeroRuns.of(leaf(0, 0, 0)));
    assertEquals(List.of(new Run(0, MIN - 1, false)), ZeroRuns.of(leaf(MIN - 1, 0, 0)));
    assertEquals(List.of(new Run(0, MIN, true)), ZeroRuns.of(leaf(MIN, 0, 0)));
    assertEquals(
        List.of(new Run(0, 4096, false), new Run(4096, 2 * MIN, true)),
        ZeroRuns.of(leaf(4096 + 2 * MIN, 10, 20)));
    assertEquals(
        List.of(new Run(0, MIN, true), new Run(MIN, 100, false)),
        ZeroRuns.of(leaf(MIN + 100, MIN, MIN + 1)));
  }

  @Test
  void runsAreTheWholeInOrderAndSayTheTruth() {
    Random random = new Random(4);
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[random.nextInt(6 * MIN)];
      for (int i = random.nextInt(8); i > 0 && bytes.length > 0; i--) {
        bytes[random.nextInt(bytes.length)] = 1;
      }
      ByteBuffer whole = ByteBuffer.wrap(bytes);
      int at = 0;
      for (Run run : ZeroRuns.of(whole)) {
        assertEquals(at, run.offset());
        at += run.sizeBytes();
        if (run.zeros()) {
          assertTrue(ZeroRuns.zeros(whole.slice(run.offset(), run.sizeBytes())));
        }
      }
      assertEquals(bytes.length, at);
      assertFalse(whole.position() > 0);
    }
  }
}
