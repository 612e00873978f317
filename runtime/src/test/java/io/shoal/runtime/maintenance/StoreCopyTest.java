package io.shoal.runtime.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.StoreFullException;
import io.shoal.runtime.command.ContentCommands.Progress;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.StoreCommands.Copied;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.testing.JdkSha256;
import io.shoal.runtime.testing.PlainStore;
import io.shoal.runtime.testing.RemoteStore;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StoreCopyTest {
  private static final int CHUNKS = 10;

  private final PlainStore from = new PlainStore();
  private final PlainStore to = new PlainStore();
  private final List<Cid> chunks = new ArrayList<>();

  StoreCopyTest() throws Exception {
    for (int i = 0; i < CHUNKS; i++) {
      byte[] bytes = {(byte) i, 1, 2};
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, hash));
      chunks.add(cid);
      assertTrue(from.put(cid, ByteBuffer.wrap(bytes)));
    }
  }

  private Copied copy(ChunkStore target, ProgressListener progress) throws Exception {
    // Each look at the clock is a second later: no progress is too soon.
    AtomicLong clock = new AtomicLong();
    return new StoreCopy(
            from,
            target,
            new ChunkCheck(List.of(new JdkSha256())),
            progress,
            () -> clock.addAndGet(1_000_000_000L))
        .run();
  }

  private Copied copy() throws Exception {
    return copy(to, ProgressListener.SILENT);
  }

  @Test
  void allChunksComeAlongAndTheNextRunReadsNone() throws Exception {
    assertEquals(new Copied(CHUNKS, CHUNKS * 3, 0, 0), copy());
    assertEquals(from.chunks.keySet(), to.chunks.keySet());

    from.unreadable.addAll(from.chunks.keySet());
    assertEquals(new Copied(0, 0, CHUNKS, 0), copy());
  }

  @Test
  void corruptAndUnreadableChunksAreLeftOutAndCounted() throws Exception {
    Multihash corrupt = chunks.get(3).multihash();
    from.chunks.put(corrupt, new byte[] {9, 9, 9});
    from.unreadable.add(chunks.get(4).multihash());

    assertEquals(new Copied(CHUNKS - 2, (CHUNKS - 2) * 3, 0, 2), copy());
    assertFalse(to.chunks.containsKey(corrupt));
  }

  @Test
  void aFullStoreEndsItAndTheNextRunGoesOn() throws Exception {
    to.room = 4;
    assertThrows(StoreFullException.class, this::copy);

    to.room = CHUNKS;
    assertEquals(new Copied(CHUNKS - 4, (CHUNKS - 4) * 3, 4, 0), copy());
  }

  @Test
  void anInterruptEndsItAndTheNextRunGoesOn() throws Exception {
    assertThrows(
        InterruptedException.class, () -> copy(to, _ -> Thread.currentThread().interrupt()));
    int there = to.chunks.size();
    assertTrue(there < CHUNKS);

    assertEquals(new Copied(CHUNKS - there, (CHUNKS - there) * 3L, there, 0), copy());
  }

  @Test
  void aStoreFarAwayGetsManyAtOnce() throws Exception {
    RemoteStore far = new RemoteStore();
    far.waitFor("put", 0, CHUNKS);

    assertEquals(CHUNKS, copy(far, ProgressListener.SILENT).chunksCopied());
    assertTrue(far.tooFew().isEmpty(), () -> far.tooFew().orElse(""));
  }

  @Test
  void progressHasATotalAndGoesUp() throws Exception {
    List<Progress> seen = new ArrayList<>();
    assertEquals(CHUNKS, copy(to, seen::add).chunksCopied());

    assertEquals(
        List.of(3L, 6L, 9L, 12L, 15L, 18L, 21L, 24L, 27L, 30L),
        seen.stream().map(Progress::doneBytes).toList());
    assertTrue(seen.stream().allMatch(one -> one.totalBytes() == CHUNKS * 3L));
  }
}
