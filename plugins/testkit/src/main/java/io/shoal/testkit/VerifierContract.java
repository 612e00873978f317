package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Verifier;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// The contract of [Verifier]. A plugin's tests extend this with how to make one and what it must
/// compute.
public abstract class VerifierContract extends InspectionContract {
  private static final int MANY = 64;

  private boolean begun;
  private TestContext context;
  private Verifier verifier;

  /// For subclasses.
  @SuppressWarnings("NullAway.Init") // JUnit calls startVerifier before anything else
  protected VerifierContract() {}

  /// A verifier that is not started.
  ///
  /// @return a new one at each call
  protected abstract Verifier newVerifier();

  /// Inputs and their digests, both in hex, from the standard of the function; at least the empty
  /// input and one more.
  ///
  /// @return digests by input
  protected abstract Map<String, String> knownDigests();

  /// Gives the plugin what it needs to start.
  ///
  /// @param plain has a data folder and no configuration
  /// @return the context to start it with; `plain` unless overridden
  protected TestContext configure(TestContext plain) {
    return plain;
  }

  @Override
  final Verifier extension() {
    return newVerifier();
  }

  @Override
  final TestContext context(Path empty) {
    return configure(TestContext.in(empty));
  }

  /// Starts a verifier for a test.
  ///
  /// @param folder for its data
  /// @param test for what
  /// @throws Exception as the verifier throws it
  @BeforeEach
  @SuppressWarnings("NullAway.Init") // not needed by tests that make their own
  public void startVerifier(@TempDir Path folder, TestInfo test) throws Exception {
    if (isAboutLife(test)) {
      return;
    }
    begun = true;
    context = configure(TestContext.in(folder));
    verifier = newVerifier();
    verifier.start(context);
  }

  /// Ends it.
  @AfterEach
  public void endVerifier() {
    if (!begun) {
      return;
    }
    verifier.close();
    verifier.close();
    context.close();
  }

  /// Every input of [#knownDigests], of which there are at least two, has the digest that is given
  /// there.
  @Test
  public void digestsAreThoseOfTheStandard() {
    assertTrue(knownDigests().size() >= 2, "give at least two known digests");
    knownDigests()
        .forEach(
            (input, digest) -> assertEquals(digest, hex(digest(HexFormat.of().parseHex(input)))));
  }

  /// [Verifier#digestSizeBytes] is 20 to 64, and a digest has as many bytes.
  @Test
  public void digestsHaveTheAnnouncedLength() {
    assertTrue(verifier.digestSizeBytes() >= 20 && verifier.digestSizeBytes() <= 64);
    assertEquals(verifier.digestSizeBytes(), digest(new byte[3]).length);
  }

  /// Code, name and length of a digest are the same before the start, after it and of another
  /// instance. The code is above 0; the name has lower-case letters, digits and `-`.
  @Test
  public void codeNameAndLengthAreAlwaysTheSame() {
    assertTrue(verifier.multihashCode() > 0);
    assertTrue(verifier.name().matches("[a-z][a-z0-9-]*"), verifier.name());
    Verifier fresh = (Verifier) anotherExtension();
    for (int i = 0; i < 3; i++) {
      assertEquals(fresh.multihashCode(), verifier.multihashCode(), "the multihash code changes");
      assertEquals(fresh.name(), verifier.name(), "the name changes");
      assertEquals(fresh.digestSizeBytes(), verifier.digestSizeBytes(), "the length changes");
    }
  }

  /// The digest changes with the first, a middle and the last byte, and with one byte more, for
  /// inputs of 1 byte to 2 MiB. Some sizes are about the end of a block and of a page.
  @Test
  public void everyByteCountsUpToTheLargestChunk() {
    for (int size : new int[] {1, 63, 64, 65, 4096, 1 << 20, ChunkStore.MAX_CHUNK_SIZE_BYTES}) {
      byte[] bytes = TestData.bytes(size, size);
      byte[] whole = digest(bytes);
      assertArrayEquals(whole, digest(bytes), () -> size + " bytes have two digests");
      for (int changed : new int[] {0, size / 2, size - 1}) {
        bytes[changed] ^= 1;
        assertFalse(
            Arrays.equals(whole, digest(bytes)),
            () -> "byte " + changed + " of " + size + " does not count");
        bytes[changed] ^= 1;
      }
      assertFalse(
          Arrays.equals(whole, digest(Arrays.copyOf(bytes, size + 1))),
          () -> "a byte after " + size + " does not count");
    }
  }

  /// [Verifier#begin] waits for nothing: neither for the digests that 64 other threads have open
  /// and the one that takes in bytes at the time, nor for a lock or a clock.
  ///
  /// @throws Exception as the verifier throws it
  @Test
  public void beginningADigestNeverBlocks() throws Exception {
    CountDownLatch opened = new CountDownLatch(MANY);
    CountDownLatch fed = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    // A virtual thread that digests all the time would leave no other one a core.
    ExecutorService others =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("testkit-digest-", 0).factory());
    try {
      for (int i = 0; i < MANY; i++) {
        others.execute(() -> holdOpen(verifier.begin(), opened, end));
      }
      Await.until(MANY + " threads have begun a digest", () -> opened.getCount() == 0);
      others.execute(() -> feed(verifier.begin(), fed, end));
      Await.until("a digest takes in bytes", () -> fed.getCount() == 0);
      List<Verifier.Digest> more = new ArrayList<>();
      assertEquals(0, blockedWhile(() -> more.add(verifier.begin())), "begin waits");
      assertEquals(MANY, more.size());
    } finally {
      end.countDown();
      others.shutdownNow();
    }
  }

  private static void holdOpen(Verifier.Digest digest, CountDownLatch opened, CountDownLatch end) {
    digest.update(ByteBuffer.wrap(new byte[1]));
    opened.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    digest.finish();
  }

  private static void feed(Verifier.Digest digest, CountDownLatch fed, CountDownLatch end) {
    byte[] bytes = TestData.bytes(9, ChunkStore.MAX_CHUNK_SIZE_BYTES);
    while (end.getCount() > 0) {
      digest.update(ByteBuffer.wrap(bytes));
      fed.countDown();
    }
    digest.finish();
  }

  /// How often a thread had to wait while it ran something many times.
  private static long blockedWhile(Runnable once) {
    AtomicLong waits = new AtomicLong();
    Thread thread =
        Thread.ofPlatform()
            .name("testkit-begin")
            .start(
                () -> {
                  ThreadMXBean threads = ManagementFactory.getThreadMXBean();
                  long id = Thread.currentThread().threadId();
                  long before = waits(threads.getThreadInfo(id));
                  for (int i = 0; i < MANY; i++) {
                    once.run();
                  }
                  waits.set(waits(threads.getThreadInfo(id)) - before);
                });
    try {
      if (!thread.join(Await.patience())) {
        thread.interrupt();
        throw new AssertionError("begin waits");
      }
    } catch (InterruptedException e) {
      throw new AssertionError("the test was interrupted", e);
    }
    return waits.get();
  }

  private static long waits(ThreadInfo thread) {
    return thread.getWaitedCount() + thread.getBlockedCount();
  }

  /// [Verifier.Digest#finish] gives a fresh array: a caller may change it, and later digests leave
  /// it as it is.
  @Test
  public void everyDigestIsAnArrayOfItsOwn() {
    byte[] bytes = TestData.bytes(5, 100);
    byte[] first = digest(bytes);
    byte[] kept = first.clone();
    Arrays.fill(first, (byte) 0);
    byte[] second = digest(bytes);
    assertArrayEquals(kept, second, "the array of a digest is used for another one");
    Verifier.Digest digest = verifier.begin();
    digest.update(ByteBuffer.wrap(bytes));
    byte[] finished = digest.finish();
    digest.update(ByteBuffer.wrap(new byte[1]));
    assertFalse(Arrays.equals(kept, digest.finish()));
    assertArrayEquals(kept, finished, "the array of a digest changes with the next one");
  }

  /// A thread may have two digests open and feed them in turn: each is that of its own bytes alone.
  @Test
  public void openDigestsOfOneThreadDoNotMeet() {
    byte[] one = TestData.bytes(6, 1000);
    byte[] other = TestData.bytes(7, 1000);
    Verifier.Digest first = verifier.begin();
    first.update(ByteBuffer.wrap(one, 0, 500));
    Verifier.Digest second = verifier.begin();
    second.update(ByteBuffer.wrap(other));
    first.update(ByteBuffer.wrap(one, 500, 500));
    assertArrayEquals(digest(other), second.finish(), "two open digests meet");
    assertArrayEquals(digest(one), first.finish(), "two open digests meet");
  }

  /// A digest of one instance goes on, and is right, when another instance is closed.
  ///
  /// @throws Exception as the verifier throws it
  @Test
  public void instancesShareNothing() throws Exception {
    byte[] bytes = TestData.bytes(8, 1000);
    byte[] whole = digest(bytes);
    Verifier.Digest open = verifier.begin();
    open.update(ByteBuffer.wrap(bytes));
    Verifier another = (Verifier) startedExtension();
    Verifier.Digest otherDigest = another.begin();
    otherDigest.update(ByteBuffer.wrap(bytes));
    another.close();
    assertArrayEquals(whole, open.finish(), "closing one instance changes another");
    assertArrayEquals(whole, digest(bytes));
  }

  /// The digest of 300,000 bytes is the same however they are cut into pieces for
  /// [Verifier.Digest#update].
  @Test
  public void piecesOfAnySizeGiveOneDigest() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] bytes = TestData.bytes(1, 300_000);
    byte[] whole = digest(bytes);
    for (int run = 0; run < 20; run++) {
      Verifier.Digest digest = verifier.begin();
      for (int at = 0; at < bytes.length; ) {
        int size = Math.min(bytes.length - at, random.nextInt(0, 70_000));
        digest.update(ByteBuffer.wrap(bytes, at, size));
        at += size;
      }
      assertArrayEquals(whole, digest.finish());
    }
  }

  /// [Verifier.Digest#update] takes in exactly the bytes from position to limit of a buffer, on the
  /// heap or direct, read-only or not, and leaves the position at the limit.
  @Test
  public void buffersOfEverySortAreTakenInToTheirLimit() {
    byte[] bytes = TestData.bytes(2, 10_000);
    byte[] whole = digest(Arrays.copyOfRange(bytes, 10, 9_000));
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    for (ByteBuffer buffer :
        List.of(
            ByteBuffer.wrap(bytes.clone()),
            ByteBuffer.wrap(bytes.clone()).asReadOnlyBuffer(),
            direct,
            direct.asReadOnlyBuffer())) {
      buffer.position(10).limit(9_000);
      Verifier.Digest digest = verifier.begin();
      digest.update(buffer);
      assertEquals(9_000, buffer.position());
      assertArrayEquals(whole, digest.finish());
    }
  }

  /// [Verifier.Digest#update] does not refer to the buffer once it returned: bytes that are written
  /// to it later change no digest.
  @Test
  public void aBufferMayBeUsedAgainAtOnce() {
    byte[] bytes = TestData.bytes(3, 100);
    byte[] whole = digest(bytes);
    Verifier.Digest digest = verifier.begin();
    byte[] reused = bytes.clone();
    digest.update(ByteBuffer.wrap(reused));
    Arrays.fill(reused, (byte) 0);
    assertArrayEquals(whole, digest.finish());
  }

  /// After [Verifier.Digest#finish] the same object digests the next bytes as a new one does.
  @Test
  public void aFinishedDigestIsAsNew() {
    Verifier.Digest digest = verifier.begin();
    byte[] first = TestData.bytes(4, 1000);
    digest.update(ByteBuffer.wrap(first));
    assertArrayEquals(digest(first), digest.finish());
    digest.update(ByteBuffer.wrap(first));
    byte[] again = digest.finish();
    assertArrayEquals(digest(first), again);
    assertFalse(Arrays.equals(again, digest.finish()));
  }

  /// 64 threads that use one verifier at once each get the digest of their own 50,000 bytes.
  ///
  /// @throws Exception as the verifier throws it
  @Test
  public void digestsOfManyThreadsDoNotMeet() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> found = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        byte[] bytes = TestData.bytes(i, 50_000);
        found.add(threads.submit(() -> digest(bytes)));
      }
      for (int i = 0; i < 64; i++) {
        assertArrayEquals(digest(TestData.bytes(i, 50_000)), found.get(i).get());
      }
    }
  }

  private byte[] digest(byte[] bytes) {
    Verifier.Digest digest = verifier.begin();
    digest.update(ByteBuffer.wrap(bytes));
    return digest.finish();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
