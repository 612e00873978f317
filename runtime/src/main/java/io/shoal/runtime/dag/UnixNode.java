package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// A dag-pb chunk read as UnixFS. All rules that one chunk alone can break were checked.
public sealed interface UnixNode {

  /// A file or a part of one: bytes of its own (a leaf in dag-pb form), links to parts, or both,
  /// its own bytes first.
  ///
  /// @param children its parts in order
  /// @param blockSizes file bytes below each part. Not to be changed
  /// @param ownBytes how many file bytes are in the node itself
  /// @param sizeBytes file bytes in all
  /// @param attributes rights and time
  @SuppressWarnings("ArrayRecordComponent") // a thousand boxes a node would cost more than the node
  record File(
      List<Cid> children,
      long[] blockSizes,
      int ownBytes,
      long sizeBytes,
      UnixFsAttributes attributes)
      implements UnixNode {
    public boolean isLeaf() {
      return blockSizes.length == 0;
    }
  }

  /// A flat folder.
  record Folder(List<Entry> entries, UnixFsAttributes attributes) implements UnixNode {}

  /// A sharded folder's node.
  record Shard(int fanout, List<Slot> slots, UnixFsAttributes attributes) implements UnixNode {}

  /// A symbolic link.
  record Symlink(String target) implements UnixNode {}

  /// An entry of a folder.
  ///
  /// @param name its name, not checked yet
  /// @param tsize size of everything below, as claimed
  record Entry(String name, Cid cid, OptionalLong tsize) {}

  /// A used bucket of a shard; an empty entry name means a shard of the next level.
  record Slot(int bucket, Entry entry) {}

  /// The CIDs that it links to, in order.
  default List<Cid> links() {
    return switch (this) {
      case File file -> file.children();
      case Folder folder -> folder.entries().stream().map(Entry::cid).toList();
      case Shard shard -> shard.slots().stream().map(slot -> slot.entry().cid()).toList();
      case Symlink link -> List.of();
    };
  }

  /// The CIDs that a node links to, read within what there is of memory.
  static List<Cid> links(byte[] block, DagMemory.Share memory) throws ShoalException {
    long reading = (long) DagPb.countLinks(block) * DagPb.BYTES_FOR_READ_LINK;
    memory.take(reading);
    try {
      return parse(block).links();
    } finally {
      memory.giveBack(reading);
    }
  }

  /// Whether a node is that of a folder.
  static boolean isFolder(byte[] block) throws MalformedDataException {
    UnixFsData.Type type = data(DagPb.decode(block)).type();
    return type == UnixFsData.Type.DIRECTORY || type == UnixFsData.Type.HAMT_SHARD;
  }

  static UnixNode parse(byte[] block) throws MalformedDataException {
    PbNode node = DagPb.decode(block);
    UnixFsData data = data(node);
    return switch (data.type()) {
      case FILE, RAW -> file(node, data);
      case DIRECTORY -> folder(node, data);
      case HAMT_SHARD -> HamtShard.decode(node, data);
      case SYMLINK -> symlink(node, data);
      case METADATA -> throw new MalformedDataException("a node has the unused type Metadata");
    };
  }

  /// The file bytes in a node itself: of a leaf in dag-pb form all that it has.
  static byte[] leafContent(byte[] block) throws MalformedDataException {
    PbNode node = DagPb.decode(block);
    UnixFsData data = data(node);
    if (data.type() != UnixFsData.Type.FILE && data.type() != UnixFsData.Type.RAW) {
      throw new MalformedDataException("there is a node where a file's bytes should be");
    }
    file(node, data);
    return data.data().orElse(new byte[0]);
  }

  private static UnixFsData data(PbNode node) throws MalformedDataException {
    return UnixFsData.decode(
        node.data().orElseThrow(() -> new MalformedDataException("a node is not UnixFS")));
  }

  private static File file(PbNode node, UnixFsData data) throws MalformedDataException {
    long[] blockSizes = data.blockSizes();
    int dataBytes = data.data().map(d -> d.length).orElse(0);
    if (node.links().size() != blockSizes.length) {
      throw new MalformedDataException(
          "a file's node has "
              + node.links().size()
              + " links and "
              + blockSizes.length
              + " sizes");
    }
    long size = dataBytes;
    List<Cid> children = new ArrayList<>(blockSizes.length);
    for (int i = 0; i < blockSizes.length; i++) {
      PbLink link = node.links().get(i);
      if (!link.name().orElse("").isEmpty()) {
        throw new MalformedDataException("a link inside a file has a name");
      }
      if (blockSizes[i] > Long.MAX_VALUE - size) {
        throw new MalformedDataException("a file's size is beyond 2^63 bytes");
      }
      size += blockSizes[i];
      children.add(link.hash());
    }
    if (data.fileSize().orElse(size) != size) {
      throw new MalformedDataException(
          "a file's node claims "
              + data.fileSize().getAsLong()
              + " bytes and its parts have "
              + size);
    }
    return new File(children, blockSizes, dataBytes, size, data.attributes());
  }

  private static Folder folder(PbNode node, UnixFsData data) throws MalformedDataException {
    List<Entry> entries = new ArrayList<>(node.links().size());
    Set<String> names = HashSet.newHashSet(node.links().size());
    for (PbLink link : node.links()) {
      String name = link.name().orElse("");
      if (!names.add(name)) {
        throw new MalformedDataException("a folder has two entries of one name");
      }
      entries.add(new Entry(name, link.hash(), link.tsize()));
    }
    return new Folder(entries, data.attributes());
  }

  private static Symlink symlink(PbNode node, UnixFsData data) throws MalformedDataException {
    if (!node.links().isEmpty()) {
      throw new MalformedDataException("a symbolic link's node has links");
    }
    try {
      byte[] target = data.data().orElse(new byte[0]);
      return new Symlink(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(target)).toString());
    } catch (CharacterCodingException e) {
      throw new MalformedDataException("a symbolic link's target is not UTF-8", e);
    }
  }
}
