package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The dag-pb codec: `PBNode { 2: Links (repeated), 1: Data }`, `PBLink { 1: Hash, 2: Name, 3:
/// Tsize }`.
///
/// Writing puts Links before Data. Reading takes Data on either side of the Links, since both forms
/// exist, and refuses everything else that the dag-pb specification calls malformed: unknown fields
/// or wire types, repeated fields, link fields out of order, links in two groups, a link with no
/// CID.
public final class DagPb {
  /// What a link takes in memory while its node is read.
  static final int BYTES_FOR_READ_LINK = 300;

  private static final int NODE_DATA = ProtoReader.tag(1, ProtoReader.BYTES);
  private static final int NODE_LINK = ProtoReader.tag(2, ProtoReader.BYTES);
  private static final int LINK_HASH = ProtoReader.tag(1, ProtoReader.BYTES);
  private static final int LINK_NAME = ProtoReader.tag(2, ProtoReader.BYTES);
  private static final int LINK_TSIZE = ProtoReader.tag(3, ProtoReader.VARINT);

  private DagPb() {}

  static PbNode decode(byte[] block) throws MalformedDataException {
    ProtoReader in = new ProtoReader(ByteBuffer.wrap(block));
    List<PbLink> links = new ArrayList<>();
    Optional<byte[]> data = Optional.empty();
    boolean linksEnded = false;
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag == NODE_LINK && !linksEnded) {
        if (links.size() == DagLimits.MAX_LINKS) {
          throw new MalformedDataException(
              "a dag-pb node has more than " + DagLimits.MAX_LINKS + " links");
        }
        links.add(decodeLink(in.bytes()));
      } else if (tag == NODE_DATA && data.isEmpty()) {
        ByteBuffer view = in.bytes();
        byte[] copy = new byte[view.remaining()];
        view.get(copy);
        data = Optional.of(copy);
        linksEnded = !links.isEmpty();
      } else {
        throw new MalformedDataException(
            "a dag-pb node has an unknown, repeated or misplaced field (tag " + tag + ")");
      }
    }
    return new PbNode(links, data);
  }

  /// How many links a node has at most, without reading them.
  static int countLinks(byte[] block) throws MalformedDataException {
    ProtoReader in = new ProtoReader(ByteBuffer.wrap(block));
    int links = 0;
    while (in.hasMore()) {
      links += in.tag() == NODE_LINK ? 1 : 0;
      in.bytes();
    }
    return Math.min(links, DagLimits.MAX_LINKS);
  }

  private static PbLink decodeLink(ByteBuffer bytes) throws MalformedDataException {
    ProtoReader in = new ProtoReader(bytes);
    if (!in.hasMore() || in.tag() != LINK_HASH) {
      throw new MalformedDataException("a dag-pb link does not begin with its CID");
    }
    Cid hash = cid(in.bytes());
    Optional<String> name = Optional.empty();
    OptionalLong tsize = OptionalLong.empty();
    int last = LINK_HASH;
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag <= last) {
        throw new MalformedDataException("a dag-pb link has a repeated or misplaced field");
      } else if (tag == LINK_NAME) {
        name = Optional.of(in.utf8());
      } else if (tag == LINK_TSIZE) {
        tsize = OptionalLong.of(in.size());
      } else {
        throw new MalformedDataException("a dag-pb link has an unknown field (tag " + tag + ")");
      }
      last = tag;
    }
    return new PbLink(hash, name, tsize);
  }

  private static Cid cid(ByteBuffer bytes) throws MalformedDataException {
    Cid cid = Cid.read(bytes);
    if (bytes.hasRemaining()) {
      throw new MalformedDataException("bytes follow the CID of a dag-pb link");
    }
    return cid;
  }

  /// Size of the encoded node in bytes.
  public static int encodedSize(PbNode node) {
    long size = 0;
    for (PbLink link : node.links()) {
      size += encodedSize(link);
    }
    if (node.data().isPresent()) {
      size += ProtoWriter.bytesSize(node.data().get().length);
    }
    return Math.toIntExact(size);
  }

  /// Bytes that a link takes in a node, its header included.
  public static int encodedSize(PbLink link) {
    return ProtoWriter.bytesSize(bodySize(link));
  }

  private static int bodySize(PbLink link) {
    int size = ProtoWriter.bytesSize(link.hash().sizeBytes());
    if (link.name().isPresent()) {
      size += ProtoWriter.bytesSize(utf8(link.name().get()).length);
    }
    if (link.tsize().isPresent()) {
      size += ProtoWriter.numberSize(link.tsize().getAsLong());
    }
    return size;
  }

  public static byte[] encode(PbNode node) {
    ProtoWriter out = new ProtoWriter(encodedSize(node));
    for (PbLink link : node.links()) {
      out.header(2, bodySize(link)).cid(1, link.hash());
      if (link.name().isPresent()) {
        out.bytes(2, utf8(link.name().get()));
      }
      if (link.tsize().isPresent()) {
        out.number(3, link.tsize().getAsLong());
      }
    }
    if (node.data().isPresent()) {
      out.bytes(1, node.data().get());
    }
    return out.finish();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
