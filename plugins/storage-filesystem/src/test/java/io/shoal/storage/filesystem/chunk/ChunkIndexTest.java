package io.shoal.storage.filesystem.chunk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChunkIndexTest {
  private static ChunkKey key(SplittableRandom random, int universe) {
    int number = random.nextInt(universe);
    SplittableRandom bytes = new SplittableRandom(number);
    byte[] digest = new byte[number % 3 == 0 ? 64 : number % 3 == 1 ? 32 : 20];
    bytes.nextBytes(digest);
    if (digest.length == 64) {
      // Digests that differ in their last half only.
      Arrays.fill(digest, 0, 32, (byte) 7);
    }
    return new ChunkKey(digest.length, digest);
  }

  @Test
  void findsWhatAMapFinds() {
    for (long seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ChunkIndex index = new ChunkIndex(random.nextLong());
      Map<ChunkKey, Integer> owned = new HashMap<>();
      for (int i = 0; i < 5_000; i++) {
        ChunkKey key = key(random, 2_000);
        if (random.nextInt(5) < 3) {
          if (!owned.containsKey(key)) {
            index.add(key, i, Cid.DAG_PB, ChunkIndex.OWNED, 0, ChunkIndex.NONE);
            owned.put(key, i);
          }
        } else if (owned.remove(key) != null) {
          index.removeOwned(index.find(key));
        }
      }
      assertEquals(owned.size(), index.chunks());
      for (Map.Entry<ChunkKey, Integer> entry : owned.entrySet()) {
        int found = index.find(entry.getKey());
        assertEquals(entry.getValue(), index.sizeBytes(found));
        assertEquals(entry.getKey(), index.key(found));
        assertEquals(Cid.DAG_PB, index.codec(found));
        assertTrue(index.headOfKey(found));
      }
      assertEquals(owned.values().stream().mapToLong(Integer::longValue).sum(), index.ownedBytes());
    }
  }

  @Test
  void aFilesPlacesGoTogether() {
    SplittableRandom random = new SplittableRandom(1);
    ChunkIndex index = new ChunkIndex(random.nextLong());
    List<Integer> firsts = new ArrayList<>();
    for (int file = 1; file <= 10; file++) {
      int first = ChunkIndex.NONE;
      for (int i = 0; i < 1_000; i++) {
        first = index.add(key(random, 300), 10, Cid.RAW, file, 10L * i, first);
      }
      firsts.add(first);
    }
    assertEquals(10 * 1_000 * 10, index.adoptedBytes());
    firsts.forEach(index::removeFile);
    assertEquals(0, index.chunks());
    assertEquals(0, index.adoptedBytes());
  }

  @Test
  void theOwnedPlaceComesFirst() {
    SplittableRandom random = new SplittableRandom(2);
    ChunkIndex index = new ChunkIndex(random.nextLong());
    ChunkKey key = key(random, 1);
    index.add(key, 10, Cid.RAW, 5, 0, ChunkIndex.NONE);
    int owned = index.add(key, 10, Cid.RAW, ChunkIndex.OWNED, 0, ChunkIndex.NONE);
    index.add(key, 10, Cid.RAW, 6, 0, ChunkIndex.NONE);
    assertEquals(owned, index.find(key));
    index.removeOwned(owned);
    assertTrue(index.file(index.find(key)) != ChunkIndex.OWNED);
  }
}
