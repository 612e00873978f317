package io.shoal.runtime.dag;

/// Bounds of every DAG that is read or written here. A DAG beyond them is refused: its parts come
/// from strangers, who must not choose how much time it takes. How much memory it may take,
/// [DagMemory] says: with little of it, that is less than these bounds.
public final class DagLimits {
  /// Links from a root down to its deepest chunk. A file of 1 TiB needs two or three, a sharded
  /// folder at most eight, a folder tree one for each folder.
  public static final int MAX_DEPTH = 32;

  /// Links of one node. A chunk of 2 MiB has room for 45,000 to content with a hash; ids that hold
  /// their content are shorter, and 300 bytes are needed for each link while a node is read.
  public static final int MAX_LINKS = 1 << 16;

  /// Distinct chunks of one DAG: what an availability bitmap can number (8 TiB of leaves of 1 MiB),
  /// and about 1 GiB of ids.
  static final int MAX_CHUNKS = 1 << 23;

  /// Leaves of all files of one DAG, counted as often as they occur: one small chunk can be linked
  /// to without end.
  public static final int MAX_LEAVES = 1 << 22;

  /// Files and folders of one DAG, counted as often as they occur.
  public static final int MAX_ENTRIES = 1_000_000;

  /// Longest path inside a DAG, in characters: what common systems open, with room for the
  /// destination before it.
  public static final int MAX_PATH_CHARS = 3_000;

  /// Characters of all paths of one DAG together: long paths times many entries would not fit into
  /// memory.
  public static final long MAX_ALL_PATHS_CHARS = 64L * 1024 * 1024;

  private DagLimits() {}
}
