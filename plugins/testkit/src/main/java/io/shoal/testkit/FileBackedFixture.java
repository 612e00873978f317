package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileBacked.FileClaims;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A started store that serves users' files, and what all parts of [FileBackedContract] ask of it.
/// A plugin's tests extend that.
public abstract class FileBackedFixture extends StoreFixture {
  private static final int CHUNK = 1000;

  FileBacked files;

  @SuppressWarnings("NullAway.Init") // JUnit calls startStore before anything else
  FileBackedFixture() {}

  @Override
  final Path dataFolder(Path temporary) {
    return temporary.resolve("store");
  }

  @Override
  final void start() throws Exception {
    super.start();
    files =
        store
            .fileBacked()
            .orElseThrow(() -> new AssertionError("the store does not serve files in place"));
  }

  final Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  static byte[] part(byte[] bytes, int chunk) {
    return Arrays.copyOfRange(bytes, chunk * CHUNK, Math.min(bytes.length, (chunk + 1) * CHUNK));
  }

  static List<Segment> segments(byte[] bytes) {
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i * CHUNK < bytes.length; i++) {
      segments.add(
          new Segment(TestData.cid(part(bytes, i)), (long) i * CHUNK, part(bytes, i).length));
    }
    return segments;
  }

  /// Whether claims outlive the process.
  final boolean isPersistent() {
    return !store.traits().contains(ChunkStore.Trait.VOLATILE);
  }

  /// What a store that knows its figures says.
  final void assertUsage(long chunks, long ownedBytes, long adoptedBytes) throws Exception {
    StoreUsage usage = store.usage();
    if (usage.chunks() >= 0) {
      assertEquals(chunks, usage.chunks(), "chunks in usage()");
    }
    if (usage.ownedBytes() >= 0) {
      assertEquals(ownedBytes, usage.ownedBytes(), "ownedBytes in usage()");
    }
    assertEquals(adoptedBytes, usage.adoptedBytes(), "adoptedBytes in usage()");
  }

  final void assertServes(byte[] chunk) throws Exception {
    Cid cid = TestData.cid(chunk);
    assertTrue(store.find(cid).isPresent());
    try (ChunkReader reader = store.open(cid).orElseThrow()) {
      assertEquals(chunk.length, reader.sizeBytes());
      assertFalse(reader.owned());
      assertArrayEquals(chunk, TestData.bytesOf(reader));
      reader.revalidate();
    }
  }

  final void assertServesNot(byte[] chunk) throws Exception {
    assertTrue(store.open(TestData.cid(chunk)).isEmpty());
    assertTrue(store.find(TestData.cid(chunk)).isEmpty());
  }

  final FileClaims claims(Path file) throws IOException {
    return files.claims(file).orElseThrow(() -> new AssertionError("no reference to " + file));
  }
}
