package io.shoal.runtime.dag;

/// A node that was walked: what a plan needs of it, as small as it gets. A large DAG has millions
/// of links.
///
/// For each link `refs` has a position, or `~n` for the identity CID number n.
@SuppressWarnings("ArrayRecordComponent") // boxes would be the largest part of a large DAG
sealed interface WalkedNode {
  /// About what the node takes beside what it has for each link.
  int BYTES = 160;

  int[] refs();

  /// About how much memory it takes.
  long sizeBytes();

  /// @param ownBytes file bytes in the node itself, before those of its parts
  record File(int[] refs, long[] blockSizes, int ownBytes, long fileBytes) implements WalkedNode {
    @Override
    public long sizeBytes() {
      return BYTES + (long) (Integer.BYTES + Long.BYTES) * refs.length;
    }
  }

  record Folder(int[] refs, NameList names) implements WalkedNode {
    @Override
    public long sizeBytes() {
      return BYTES + (long) Integer.BYTES * refs.length + names.sizeBytes();
    }
  }

  /// @param buckets one for each link
  /// @param names empty for a shard of the next level
  record Shard(int[] refs, int fanout, int[] buckets, NameList names) implements WalkedNode {
    @Override
    public long sizeBytes() {
      return BYTES + 2L * Integer.BYTES * refs.length + names.sizeBytes();
    }
  }

  record Symlink(String target) implements WalkedNode {
    private static final int[] NONE = {};

    @Override
    public int[] refs() {
      return NONE;
    }

    @Override
    public long sizeBytes() {
      return (long) BYTES + target.length();
    }
  }

  /// @param refs where the node's links lead
  static WalkedNode of(UnixNode node, int[] refs) {
    return switch (node) {
      case UnixNode.File file ->
          new File(refs, file.blockSizes(), file.ownBytes(), file.sizeBytes());
      case UnixNode.Folder folder ->
          new Folder(
              refs, NameList.of(folder.entries().stream().map(UnixNode.Entry::name).toList()));
      case UnixNode.Shard shard ->
          new Shard(
              refs,
              shard.fanout(),
              shard.slots().stream().mapToInt(UnixNode.Slot::bucket).toArray(),
              NameList.of(shard.slots().stream().map(slot -> slot.entry().name()).toList()));
      case UnixNode.Symlink link -> new Symlink(link.target());
    };
  }
}
