package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract of [Verifier]. A plugin's tests extend this with how to make one and what it must
/// compute.
public abstract class VerifierContract {
  private TestContext context;
  private Verifier verifier;

  /// For subclasses.
  protected VerifierContract() {}

  /// A verifier that is not started.
  protected abstract Verifier newVerifier();

  /// Inputs and their digests, both in hex, from the standard of the function; at least the empty
  /// input and one more.
  protected abstract Map<String, String> knownDigests();

  /// Gives the plugin what it needs to start.
  protected TestContext configure(TestContext plain) {
    return plain;
  }

  /// Starts a verifier for a test.
  @BeforeEach
  public void startVerifier(@TempDir Path folder) throws Exception {
    context = configure(TestContext.in(folder));
    verifier = newVerifier();
    verifier.start(context);
  }

  /// Ends it.
  @AfterEach
  public void endVerifier() {
    verifier.close();
    verifier.close();
    context.close();
  }

  @Test
  public void digestsAreThoseOfTheStandard() {
    assertTrue(knownDigests().size() >= 2, "give at least two known digests");
    knownDigests()
        .forEach(
            (input, digest) -> assertEquals(digest, hex(digest(HexFormat.of().parseHex(input)))));
  }

  @Test
  public void digestsHaveTheAnnouncedLength() {
    assertTrue(verifier.digestSizeBytes() >= 20 && verifier.digestSizeBytes() <= 64);
    assertEquals(verifier.digestSizeBytes(), digest(new byte[3]).length);
    assertTrue(verifier.multihashCode() > 0);
    assertTrue(verifier.name().matches("[a-z][a-z0-9-]*"), verifier.name());
  }

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
