/// Keeps chunks on the heap and lies about them.
module io.shoal.test.lying {
  requires io.shoal.api;

  provides io.shoal.api.ChunkStore with
      io.shoal.test.lying.LyingStore;
}
