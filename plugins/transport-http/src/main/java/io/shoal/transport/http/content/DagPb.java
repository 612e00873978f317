package io.shoal.transport.http.content;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A node of the dag-pb codec: `PBNode { 2: Links (repeated), 1: Data }`, `PBLink { 1: Hash, 2:
/// Name, 3: Tsize }`. Data may stand on either side of the links.
///
/// @param data a view of the block
public record DagPb(List<Link> links, Optional<ByteBuffer> data) {

  /// @param name empty where the node has none
  public record Link(Cid cid, String name) {}

  /// A chunk of 2 MiB has room for 45,000 to content with a hash.
  private static final int MAX_LINKS = 1 << 16;

  private static final int NODE_DATA = ProtoReader.tag(1, ProtoReader.BYTES);
  private static final int NODE_LINK = ProtoReader.tag(2, ProtoReader.BYTES);
  private static final int LINK_HASH = ProtoReader.tag(1, ProtoReader.BYTES);
  private static final int LINK_NAME = ProtoReader.tag(2, ProtoReader.BYTES);
  private static final int LINK_TSIZE = ProtoReader.tag(3, ProtoReader.VARINT);

  public static DagPb decode(byte[] block) throws MalformedDataException {
    ProtoReader in = new ProtoReader(ByteBuffer.wrap(block));
    List<Link> links = new ArrayList<>();
    Optional<ByteBuffer> data = Optional.empty();
    boolean linksEnded = false;
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag == NODE_LINK && !linksEnded && links.size() < MAX_LINKS) {
        links.add(link(in.bytes()));
      } else if (tag == NODE_DATA && data.isEmpty()) {
        data = Optional.of(in.bytes());
        linksEnded = !links.isEmpty();
      } else {
        throw new MalformedDataException(
            "a dag-pb node has an unknown, repeated or misplaced field, or too many links");
      }
    }
    return new DagPb(links, data);
  }

  private static Link link(ByteBuffer bytes) throws MalformedDataException {
    ProtoReader in = new ProtoReader(bytes);
    if (!in.hasMore() || in.tag() != LINK_HASH) {
      throw new MalformedDataException("a dag-pb link does not begin with its CID");
    }
    ByteBuffer hash = in.bytes();
    Cid cid = Cid.read(hash);
    if (hash.hasRemaining()) {
      throw new MalformedDataException("bytes follow the CID of a dag-pb link");
    }
    String name = "";
    int last = LINK_HASH;
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag <= last || tag != LINK_NAME && tag != LINK_TSIZE) {
        throw new MalformedDataException(
            "a dag-pb link has an unknown, repeated or misplaced field");
      }
      if (tag == LINK_NAME) {
        name = in.utf8();
      } else {
        in.skip(tag);
      }
      last = tag;
    }
    return new Link(cid, name);
  }

  /// The UnixFS data of the node.
  ///
  /// @return empty if it has no data
  public Optional<UnixFs> unixFs() throws MalformedDataException {
    return data.isPresent() ? Optional.of(UnixFs.decode(data.get())) : Optional.empty();
  }
}
