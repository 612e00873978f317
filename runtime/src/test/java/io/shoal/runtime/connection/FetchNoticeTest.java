package io.shoal.runtime.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FetchNoticeTest {
  private static final Cid ROOT =
      Cid.of(Cid.DAG_PB, Multihash.of(Multihash.SHA2_256, new byte[32]));

  @Test
  void whatWasWrittenIsRead() throws Exception {
    FetchNotice notice = new FetchNotice(ROOT, List.of(0, 7, 1 << 20));

    assertEquals(notice, FetchNotice.decode(notice.encode()));
  }

  @Test
  void noMoreIsToldThanIsHeard() throws Exception {
    Integer[] many = new Integer[1_000];
    Arrays.setAll(many, i -> i);

    FetchNotice heard = FetchNotice.decode(new FetchNotice(ROOT, List.of(many)).encode());

    assertEquals(FetchNotice.MAX_POSITIONS, heard.positions().size());
  }

  @Test
  void whatIsCutOrHasMoreIsRefused() {
    byte[] whole = new FetchNotice(ROOT, List.of(1, 2)).encode().array();
    for (int length = 0; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 0, length).slice();
      assertThrows(PeerFaultException.class, () -> FetchNotice.decode(cut));
    }
    ByteBuffer more = ByteBuffer.wrap(Arrays.copyOf(whole, whole.length + 1));
    assertThrows(PeerFaultException.class, () -> FetchNotice.decode(more));
  }
}
