package io.shoal.runtime.importer;

/// How files and folders are laid out as chunks. Two imports of the same bytes give the same root
/// only under the same profile.
///
/// @param leafSizeBytes file bytes a leaf
/// @param width most links of a file's node
/// @param cidVersion of the nodes' ids; leaves in raw form always have version 1
/// @param maxFlatFolderBytes a folder whose node would be larger is sharded
/// @param fanout buckets of a sharded folder's node
public record ImportProfile(
    int leafSizeBytes, int width, int cidVersion, int maxFlatFolderBytes, int fanout) {

  /// Smallest leaf for new content: smaller ones cost more in bookkeeping than they gain in
  /// sharing.
  public static final int MIN_LEAF_SIZE_BYTES = 256 * 1024;

  /// Largest leaf for new content, and the default: what the public profile says.
  public static final int MAX_LEAF_SIZE_BYTES = 1024 * 1024;

  private static final int WIDTH = 1024;
  private static final int MAX_FLAT_FOLDER_BYTES = 256 * 1024;
  private static final int FANOUT = 256;

  /// The public profile `unixfs-v1-2025` (IPIP-0499), with its leaf size or a smaller one.
  public static ImportProfile unixfsV1(int leafSizeBytes) {
    if (leafSizeBytes < MIN_LEAF_SIZE_BYTES || leafSizeBytes > MAX_LEAF_SIZE_BYTES) {
      throw new IllegalArgumentException("leaf size out of range: " + leafSizeBytes);
    }
    return new ImportProfile(leafSizeBytes, WIDTH, 1, MAX_FLAT_FOLDER_BYTES, FANOUT);
  }
}
