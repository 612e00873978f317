package io.shoal.storage.rocksdb;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ChecksumType;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteBufferManager;

/// How the database is set up: bounds for its memory and its files, and a form for each table.
///
/// Half of the memory is write buffers: writers wait while they are full. The other half is a cache
/// for blocks of files, those of filters and indexes included, so that memory stays bounded however
/// much is stored.
final class DatabaseOptions implements AutoCloseable {
  /// Of a hundred lookups of what is not there, one reads a block all the same.
  private static final double FILTER_BITS_A_KEY = 10;

  /// Of one table, so that a burst goes into one buffer while another is written.
  private static final int WRITE_BUFFERS = 4;

  /// A lookup reads one block: small ones for records, and a few chunks of 1 KiB for bytes.
  private static final long RECORD_BLOCK_BYTES = 4 * 1024;

  private static final long BYTES_BLOCK_BYTES = 8 * 1024;

  private static final long FILE_BYTES = 64L << 20;

  /// Descriptors. Each is a file with a reader of some kilobytes; a node has many other files open.
  private static final int MAX_OPEN_FILES = 256;

  /// For each file that a compaction reads.
  private static final long READ_AHEAD_BYTES = 512 * 1024;

  /// The database's own log, in its folder: for those who look for the cause of a fault.
  private static final long LOG_FILE_BYTES = 1 << 20;

  private static final long LOG_FILES = 3;

  private final List<RocksObject> owned = new ArrayList<>();
  private final Cache cache;
  private final WriteBufferManager buffers;
  private final DBOptions database;
  private final List<ColumnFamilyDescriptor> tables;

  DatabaseOptions(long memoryBytes) {
    long bufferBytes = memoryBytes / 2;
    cache = own(new LRUCache(memoryBytes - bufferBytes));
    // Counted apart from the cache, which a burst of writes would empty otherwise.
    buffers = own(new WriteBufferManager(bufferBytes, own(new LRUCache(0)), true));
    BloomFilter filter = own(new BloomFilter(FILTER_BITS_A_KEY));
    database = own(databaseOptions(bufferBytes));
    long tableBufferBytes = bufferBytes / WRITE_BUFFERS;
    ColumnFamilyOptions records = table(tableBufferBytes, recordBlocks(filter));
    // Most records that are asked for are new: the filter spares the walk of the buffer, too.
    records.setMemtablePrefixBloomSizeRatio(0.05).setMemtableWholeKeyFiltering(true);
    ColumnFamilyOptions small = table(1 << 20, recordBlocks(filter));
    tables =
        List.of(
            new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, records),
            new ColumnFamilyDescriptor(Database.BYTES, table(tableBufferBytes, byteBlocks())),
            new ColumnFamilyDescriptor(Database.QUARANTINE, small));
  }

  private DBOptions databaseOptions(long bufferBytes) {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setWriteBufferManager(buffers)
        // What a start has to read again after a crash, and a bound for the room it takes.
        .setMaxTotalWalSize(bufferBytes * 2)
        // A sync writes it out; a write of its own for each chunk costs more than the chunk.
        .setManualWalFlush(true)
        .setMaxOpenFiles(MAX_OPEN_FILES)
        .setSkipStatsUpdateOnDbOpen(true)
        .setCompactionReadaheadSize(READ_AHEAD_BYTES)
        // The disk begins to write at once; the end of a file would have to wait for all of it.
        .setBytesPerSync(1 << 20)
        .setMaxBackgroundJobs(Math.max(2, Runtime.getRuntime().availableProcessors() / 2))
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(LOG_FILE_BYTES)
        .setKeepLogFileNum(LOG_FILES);
  }

  private ColumnFamilyOptions table(long bufferBytes, BlockBasedTableConfig blocks) {
    return own(
        new ColumnFamilyOptions()
            .setWriteBufferSize(bufferBytes)
            .setMaxWriteBufferNumber(WRITE_BUFFERS)
            // Most chunks do not compress: they are compressed files, or encrypted.
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setTargetFileSizeBase(FILE_BYTES)
            .setTableFormatConfig(blocks));
  }

  private BlockBasedTableConfig blocks(long blockBytes) {
    return new BlockBasedTableConfig()
        .setBlockCache(cache)
        .setBlockSize(blockBytes)
        .setChecksumType(ChecksumType.kXXH3)
        .setFormatVersion(6)
        // In parts, so that those in use are cached and not the whole of a file's.
        .setIndexType(IndexType.kTwoLevelIndexSearch)
        .setMetadataBlockSize(RECORD_BLOCK_BYTES)
        .setCacheIndexAndFilterBlocks(true)
        .setCacheIndexAndFilterBlocksWithHighPriority(true)
        .setPinTopLevelIndexAndFilter(true);
  }

  private BlockBasedTableConfig recordBlocks(BloomFilter filter) {
    return blocks(RECORD_BLOCK_BYTES).setFilterPolicy(filter).setPartitionFilters(true);
  }

  /// Without a filter: bytes are asked for only if there is a record of them.
  private BlockBasedTableConfig byteBlocks() {
    return blocks(BYTES_BLOCK_BYTES);
  }

  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }

  DBOptions database() {
    return database;
  }

  List<ColumnFamilyDescriptor> tables() {
    return tables;
  }

  /// Bytes of files in the cache.
  long cachedBytes() {
    return cache.getUsage();
  }

  /// After the database.
  @Override
  public void close() {
    owned.reversed().forEach(RocksObject::close);
  }
}
