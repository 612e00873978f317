/// Keeps chunks in an embedded database, for millions of small ones.
module io.shoal.storage.rocksdb {
  requires io.shoal.api;
  requires org.slf4j;
  requires rocksdbjni;
  requires static org.jspecify;

  provides io.shoal.api.ChunkStore with
      io.shoal.storage.rocksdb.RocksdbStore;
}
