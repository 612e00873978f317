package io.shoal.runtime.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.runtime.limit.TokenBucket;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.store.Quarantine;
import io.shoal.runtime.store.VerifiedChunks;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.JdkSha256;
import io.shoal.runtime.testing.PlainStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerifyPassTest {
  private final PlainStore store = new PlainStore();
  private final Quarantine quarantine =
      new Quarantine(store, new ChunkCheck(List.of(new JdkSha256())), new VerifiedChunks());
  private final List<Cid> stored = new ArrayList<>();

  @BeforeEach
  void fill() throws Exception {
    for (int size = 1_000; size < 20_000; size += 1_000) {
      byte[] bytes = Blocks.pattern(size);
      Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, Blocks.sha256(bytes)));
      store.put(cid, ByteBuffer.wrap(bytes));
      stored.add(cid);
    }
  }

  @Test
  void theRateIsKeptOnTheAverageAndNeverCaughtUpWith() throws Exception {
    VerifyPass pass = new VerifyPass(quarantine, 1_000_000);
    long waited = 0;

    for (Cid cid : stored) {
      pass.check(cid);
      waited = pass.debtNanos(0);
    }

    assertEquals(stored.size(), pass.chunks());
    assertEquals(pass.bytes() * 1_000, waited);
    assertEquals(0, pass.debtNanos(waited + 5_000_000_000L));
  }

  @Test
  void everyCopyIsChecked() throws Exception {
    Cid victim = stored.get(2);
    store.copies.put(victim.multihash(), new byte[7]);
    VerifyPass pass = new VerifyPass(quarantine, TokenBucket.UNLIMITED);
    assertFalse(pass.check(victim), "this store shows only the copy that it serves");

    byte[] good = store.chunks.get(victim.multihash());
    store.chunks.put(victim.multihash(), new byte[3]);
    store.copies.put(victim.multihash(), good);

    assertTrue(pass.check(victim));
    assertTrue(store.find(victim).isPresent());
    assertFalse(pass.check(victim));
  }
}
