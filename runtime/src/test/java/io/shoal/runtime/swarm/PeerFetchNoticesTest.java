package io.shoal.runtime.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.runtime.connection.FetchNotice;
import org.junit.jupiter.api.Test;

class PeerFetchNoticesTest {
  /// Two numbers, since swarm knows nothing of messages: a notice that is longer than what is
  /// believed would waste bytes, a shorter one would lose chunks.
  @Test
  void aMessageHasRoomForAllThatIsBelieved() {
    assertEquals(FetchNotice.MAX_POSITIONS, PeerFetchNotices.MAX_PER_PEER);
  }
}
