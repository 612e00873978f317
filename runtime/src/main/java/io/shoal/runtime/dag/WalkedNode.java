package io.shoal.runtime.dag;

/// A node that was walked: what a plan needs of it, as small as it gets. A large DAG has millions
/// of links.
///
/// For each link `refs` has a position, or `~n` for the identity CID number n.
@SuppressWarnings("ArrayRecordComponent") // boxes would be the largest part of a large DAG
sealed interface WalkedNode {
  /// About what the node takes beside what it has for each link.
  int BYTES = 160;

  /// About what rights and a time take.
  int BYTES_FOR_ATTRIBUTES = 96;

  int[] refs();

  UnixFsAttributes attributes();

  /// About how much memory it takes.
  default long sizeBytes() {
    return linkBytes() + (attributes().isEmpty() ? 0 : BYTES_FOR_ATTRIBUTES);
  }

  /// … for its links, or where it leads.
  long linkBytes();

  /// @param ownBytes file bytes in the node itself, before those of its parts
  record File(
      int[] refs, long[] blockSizes, int ownBytes, long fileBytes, UnixFsAttributes attributes)
      implements WalkedNode {
    @Override
    public long linkBytes() {
      return (long) (Integer.BYTES + Long.BYTES) * refs.length;
    }
  }

  record Folder(int[] refs, NameList names, UnixFsAttributes attributes) implements WalkedNode {
    @Override
    public long linkBytes() {
      return (long) Integer.BYTES * refs.length + names.sizeBytes();
    }
  }

  /// @param buckets one for each link
  /// @param names empty for a shard of the next level
  record Shard(int[] refs, int fanout, int[] buckets, NameList names, UnixFsAttributes attributes)
      implements WalkedNode {
    @Override
    public long linkBytes() {
      return 2L * Integer.BYTES * refs.length + names.sizeBytes();
    }
  }

  record Symlink(String target) implements WalkedNode {
    private static final int[] NONE = {};

    @Override
    public int[] refs() {
      return NONE;
    }

    @Override
    public UnixFsAttributes attributes() {
      return UnixFsAttributes.NONE;
    }

    @Override
    public long linkBytes() {
      return target.length();
    }
  }

  /// @param refs where the node's links lead
  static WalkedNode of(UnixNode node, int[] refs) {
    return switch (node) {
      case UnixNode.File file ->
          new File(refs, file.blockSizes(), file.ownBytes(), file.sizeBytes(), file.attributes());
      case UnixNode.Folder folder ->
          new Folder(
              refs,
              NameList.of(folder.entries().stream().map(UnixNode.Entry::name).toList()),
              folder.attributes());
      case UnixNode.Shard shard ->
          new Shard(
              refs,
              shard.fanout(),
              shard.slots().stream().mapToInt(UnixNode.Slot::bucket).toArray(),
              NameList.of(shard.slots().stream().map(slot -> slot.entry().name()).toList()),
              shard.attributes());
      case UnixNode.Symlink link -> new Symlink(link.target());
    };
  }
}
