package io.shoal.runtime.download;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DownloadCountersTest {
  private final DownloadCounters counters = new DownloadCounters(() -> 0);

  @Test
  void aLeafThatTwoPeersSentCountsOnce() {
    counters.total(30);
    counters.inPlace(1, 20);
    counters.inPlace(2, 10);
    counters.inPlace(1, 20);
    assertEquals(30, counters.inPlaceBytes());
    assertEquals(30, counters.doneBytes());
  }

  @Test
  void whatIsReportedNeverGoesBackAndNeverPassesAll() {
    counters.total(30);
    counters.inPlace(1, 20);
    counters.again();
    assertEquals(0, counters.inPlaceBytes());
    assertEquals(20, counters.doneBytes());
    assertEquals(30, counters.totalBytes());
    counters.inPlace(2, 10);
    assertEquals(20, counters.doneBytes());
    counters.inPlace(1, 20);
    assertEquals(30, counters.doneBytes());
    counters.total(25);
    assertEquals(25, counters.doneBytes());
  }
}
