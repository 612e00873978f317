package io.shoal.runtime.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerHoldingsTest {
  private static final int CHUNKS = 8;
  private static final List<PeerHoldings.Claim> CLAIMS = List.of(PeerHoldings.Claim.values());

  private final ChunkPositions positions = new ChunkPositions();
  private final RarityBuckets rarity = new RarityBuckets();
  private final PeerHoldings peer = new PeerHoldings(positions, rarity);

  /// Chunk 7 is at position 0, chunk 6 at 1, and so on.
  private void learnPositions() {
    int[] chunkAt = new int[CHUNKS];
    for (int position = 0; position < CHUNKS; position++) {
      chunkAt[position] = CHUNKS - 1 - position;
    }
    positions.set(chunkAt, CHUNKS);
    peer.positionsKnown();
  }

  @Test
  void whatWasToldByPositionCountsForChunksOncePositionsAreKnown() {
    peer.claims(PeerHoldings.Claim.PARTIAL);
    peer.gained(1);
    assertFalse(peer.isKnownToHave(1));
    assertFalse(peer.isKnownToHave(6));

    learnPositions();

    assertTrue(peer.isKnownToHave(6));
    assertFalse(peer.mayHave(1));
    assertEquals(1, rarity.copies(6));
  }

  @Test
  void whateverAPeerSaysItIsCountedOnceAndNotAtAllInTheEnd() {
    learnPositions();
    Random random = new Random(1);
    for (int run = 0; run < 1_000; run++) {
      for (int step = 0; step < 20; step++) {
        switch (random.nextInt(4)) {
          case 0 -> peer.claims(CLAIMS.get(random.nextInt(CLAIMS.size())));
          case 1 -> peer.lacks(random.nextInt(CHUNKS));
          case 2 -> peer.foundCorrupt(random.nextInt(CHUNKS));
          default -> {
            if (peer.isPartial()) {
              peer.gained(random.nextInt(2 * CHUNKS));
            }
          }
        }
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
          assertEquals(peer.isKnownToHave(chunk) ? 1 : 0, rarity.copies(chunk), "run " + run);
        }
        assertEquals(peer.isPartial() ? 1 : 0, rarity.peers(), "run " + run);
      }
      peer.claims(PeerHoldings.Claim.UNKNOWN);
      assertEquals(0, rarity.peers(), "run " + run);
    }
  }

  @Test
  void onlyWhatItSaysToHaveAndNotToBeCorruptIsLacking() {
    assertFalse(peer.lacks(0), "it said nothing");
    peer.claims(PeerHoldings.Claim.COMPLETE);
    peer.foundCorrupt(1);

    assertTrue(peer.lacks(0));
    assertFalse(peer.lacks(1));
    assertFalse(peer.mayHave(0));
  }
}
