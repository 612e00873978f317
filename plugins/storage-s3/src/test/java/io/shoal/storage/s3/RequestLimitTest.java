package io.shoal.storage.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestLimitTest {
  private final RequestLimit limit = new RequestLimit(16);

  private List<Long> enterAll(int count) throws Exception {
    List<Long> rounds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rounds.add(limit.enter(0));
    }
    return rounds;
  }

  @Test
  void noMoreRunAtOnceThanAreAllowed() throws Exception {
    enterAll(16);
    assertEquals(-1, limit.enter(0));
    limit.leave(0, false, true);
    assertEquals(0, limit.enter(0));
  }

  @Test
  void requestsThatFailTogetherLowerItOnce() throws Exception {
    for (long round : enterAll(16)) {
      limit.leave(round, true, false);
    }
    assertEquals(8, limit.allowed());
  }

  @Test
  void itGrowsByOneForARoundThatWentWell() throws Exception {
    limit.leave(limit.enter(0), true, false);
    for (int i = 0; i < 9; i++) {
      limit.leave(limit.enter(0), false, true);
    }
    assertEquals(9, limit.allowed());
    for (int i = 0; i < 1_000; i++) {
      limit.leave(limit.enter(0), false, true);
    }
    assertEquals(16, limit.allowed());
  }

  @Test
  void oneIsAlwaysAllowed() throws Exception {
    for (int i = 0; i < 20; i++) {
      long round = limit.enter(0);
      assertTrue(round >= 0);
      limit.leave(round, true, false);
    }
    assertEquals(1, limit.allowed());
  }
}
