package io.shoal.runtime.connection;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The message by which peers introduce each other in a swarm. Byte layout: u8 length and bytes of
/// the root's CID, u8 number of addresses, then each as u16 length and ASCII text
/// (`tcps://192.0.2.7:4600#12D3…`).
///
/// @param root the DAG that they share
/// @param peers addresses of peers that have or want it
public record PeerExchange(Cid root, List<PeerAddress> peers) {

  /// Addresses in one message: enough to fill a swarm's connections in two messages, and at most 28
  /// KiB.
  public static final int MAX_PEERS = 50;

  private static final int MAX_ADDRESS_BYTES = PeerAddress.MAX_SIZE_BYTES + 64;

  public PeerExchange {
    peers = List.copyOf(peers.size() > MAX_PEERS ? peers.subList(0, MAX_PEERS) : peers);
  }

  public ByteBuffer encode() {
    List<byte[]> texts = new ArrayList<>();
    int size = MessageTypes.sizeBytes(root) + 1;
    for (PeerAddress peer : peers) {
      byte[] text = peer.toString().getBytes(StandardCharsets.US_ASCII);
      if (text.length <= MAX_ADDRESS_BYTES) {
        texts.add(text);
        size += 2 + text.length;
      }
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    MessageTypes.writeCid(root, out);
    out.put((byte) texts.size());
    for (byte[] text : texts) {
      out.putShort((short) text.length);
      out.put(text);
    }
    return out.flip();
  }

  public static PeerExchange decode(ByteBuffer in) throws PeerFaultException {
    Cid root = MessageTypes.readCid(in);
    int count = in.hasRemaining() ? in.get() & 0xff : MAX_PEERS + 1;
    if (count > MAX_PEERS) {
      throw new MalformedDataException("a peer exchange has no valid number of peers");
    }
    List<PeerAddress> peers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = in.remaining() < 2 ? -1 : in.getShort() & 0xffff;
      if (length < 0 || length > MAX_ADDRESS_BYTES || length > in.remaining()) {
        throw new MalformedDataException("a peer exchange ends before its end");
      }
      byte[] text = new byte[length];
      in.get(text);
      try {
        peers.add(PeerAddress.parse(new String(text, StandardCharsets.US_ASCII)));
      } catch (InvalidInputException e) {
        throw new MalformedDataException("a peer exchange has an address that is not one", e);
      }
    }
    return new PeerExchange(root, peers);
  }
}
