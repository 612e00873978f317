package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The part of the contract of [ChunkStore] about what outlives a restart, a crash and a medium
/// that fails, and about the quota. A plugin's tests extend [ChunkStoreContract].
public abstract class ChunkDurabilityContract extends ChunkCopiesContract {
  ChunkDurabilityContract() {}

  /// Whether all that is durable lies in the plugin's data folder. The tests then copy the folder
  /// of a store that runs, as a crash would leave it, and start another one on the copy.
  ///
  /// @return true unless overridden; nothing is asked of a store that is remote or volatile
  protected boolean keepsAllInItsFolder() {
    return true;
  }

  /// Lets the medium fail from now on: every write and every `sync`.
  ///
  /// @param running the store that is started
  /// @return whether it could be done; false unless overridden
  /// @throws Exception as needed
  protected boolean breakMedium(ChunkStore running) throws Exception {
    return false;
  }

  /// The same context with a quota, or empty if the store has none to set.
  ///
  /// @param plain the context that the store was started with
  /// @param quotaBytes the most that it may store
  /// @return empty unless overridden
  protected Optional<TestContext> withQuota(TestContext plain, long quotaBytes) {
    return Optional.empty();
  }

  /// A store that is VOLATILE is empty after every start, whatever was synced. Not for other
  /// stores.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void whatIsVolatileIsGoneAfterARestart() throws Exception {
    if (isPersistent()) {
      return;
    }
    TestData.put(store, TestData.bytes(29, 1_000));
    store.sync();
    restart();
    store.chunks(_ -> fail("a volatile store is not empty after its start"));
    assertUsage(0, 0);
  }

  /// After a crash a store has what was put, and does not have what was deleted, before
  /// [ChunkStore#sync] returned. Not for a store that is VOLATILE, REMOTE or keeps its data
  /// elsewhere.
  ///
  /// @param copy takes the copy of the data folder
  /// @throws Exception as the store throws it
  @Test
  public void whatWasSyncedSurvivesACrash(@TempDir Path copy) throws Exception {
    assumeTrue(
        isPersistent()
            && keepsAllInItsFolder()
            && !store.traits().contains(ChunkStore.Trait.REMOTE),
        "nothing durable is in the data folder");
    byte[] kept = TestData.bytes(30, 5_000);
    byte[] gone = TestData.bytes(31, 5_000);
    TestData.put(store, gone);
    store.sync();
    TestData.put(store, kept);
    store.delete(TestData.cid(gone));
    store.sync();
    Crash.copyOf(context.dataFolder(), copy);

    TestContext after = configure(TestContext.in(copy));
    ChunkStore restarted = (ChunkStore) anotherExtension();
    restarted.start(after);
    assertTrue(
        restarted.find(TestData.cid(kept)).isPresent(),
        "what was synced is lost by a crash: it is not written before close");
    assertArrayEquals(kept, TestData.get(restarted, TestData.cid(kept)));
    assertEquals(
        Optional.empty(),
        restarted.find(TestData.cid(gone)),
        "what was deleted and synced is back after a crash");
    restarted.close();
    after.close();
  }

  /// If the medium fails, [ChunkStore#put] or [ChunkStore#sync] throws an [IOException] or a
  /// [RetryableException] of one line, and the chunk is not here. Only if the test has a way to
  /// break the medium ([#breakMedium]).
  ///
  /// @throws Exception as the store throws it
  @Test
  public void aMediumThatFailsIsReportedAndNothingIsClaimed() throws Exception {
    assumeTrue(breakMedium(store), "the test cannot break the medium");
    byte[] bytes = TestData.bytes(32, 5_000);
    Cid cid = TestData.cid(bytes);
    Exception failed =
        assertThrows(
            Exception.class,
            () -> {
              store.put(cid, ByteBuffer.wrap(bytes));
              store.sync();
            },
            "a medium that fails is not noticed");
    assertTrue(
        failed instanceof IOException || failed instanceof RetryableException,
        () -> "a medium that fails gives " + failed);
    Messages.assertOneLine(failed);
    assertEquals(Optional.empty(), store.find(cid), "what could not be made durable is here");
  }

  /// After a restart a store has what was put, and does not have what was deleted, before the last
  /// [ChunkStore#sync]. Not for a store that is VOLATILE.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void whatWasSyncedIsThereAfterARestart() throws Exception {
    assumeTrue(isPersistent(), "the store is volatile");
    byte[] kept = TestData.bytes(13, 5_000);
    byte[] gone = TestData.bytes(14, 5_000);
    TestData.put(store, gone);
    store.sync();
    Cid cid = TestData.put(store, kept);
    store.delete(TestData.cid(gone));
    store.sync();
    restart();
    assertArrayEquals(kept, TestData.get(store, cid));
    assertEquals(Optional.empty(), store.find(TestData.cid(gone)));
    assertUsage(1, 5_000);
  }

  /// A chunk that was put but not synced outlives the close and another start. Not for a store that
  /// is VOLATILE.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void whatWasNotSyncedIsThereAfterAClose() throws Exception {
    assumeTrue(isPersistent(), "the store is volatile");
    byte[] bytes = TestData.bytes(15, 5_000);
    Cid cid = TestData.put(store, bytes);
    restart();
    assertArrayEquals(bytes, TestData.get(store, cid));
  }

  /// Of 16 threads that each put 1,500 bytes into a store with a quota of 10,000, six succeed and
  /// the others get a [StoreFullException]. [ChunkStore#usage] tells what is left, and as much can
  /// still be stored. Not for a store without a quota.
  ///
  /// @throws Exception as the store throws it
  @Test
  public void theQuotaHoldsAlsoWhenWritersRace() throws Exception {
    Optional<TestContext> limited = withQuota(context, 10_000);
    assumeTrue(limited.isPresent(), "the store has no quota to set");
    store.close();
    context = limited.get();
    start();
    assertEquals(10_000, store.usage().quotaBytes());
    race(
        16,
        i -> {
          try {
            TestData.put(store, TestData.bytes(i, 1_500));
          } catch (StoreFullException e) {
            Messages.assertOneLine(e);
          }
        });
    assertEquals(6 * 1_500, store.usage().ownedBytes());
    assertEquals(1_000, store.usage().availableBytes());
    assertThrows(StoreFullException.class, () -> TestData.put(store, TestData.bytes(98, 1_001)));
    TestData.put(store, TestData.bytes(98, 800));
  }
}
