/// Keeps chunks as files named by their hash.
module io.shoal.storage.filesystem {
  requires io.shoal.api;
  requires org.slf4j;
  requires static org.jspecify;

  provides io.shoal.api.ChunkStore with
      io.shoal.storage.filesystem.FilesystemStore;
}
