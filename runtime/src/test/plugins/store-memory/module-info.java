/// Keeps chunks on the heap.
module io.shoal.test.memory {
  requires io.shoal.api;

  provides io.shoal.api.ChunkStore with
      io.shoal.test.memory.MemoryStore;
}
