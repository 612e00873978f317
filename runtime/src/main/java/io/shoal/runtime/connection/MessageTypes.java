package io.shoal.runtime.connection;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.runtime.access.AccessProof;
import java.nio.ByteBuffer;

/// The types of the runtime's messages, and how all of them write a CID. Numbers are big-endian. A
/// receiver ignores types that it does not know.
public final class MessageTypes {
  /// [PeerExchange].
  public static final int PEER_EXCHANGE = 1;

  /// [DigestMessages]: the SHA-256 of a whole file.
  public static final int DIGEST_QUESTION = 2;

  /// [DigestMessages.Answer].
  public static final int DIGEST_ANSWER = 3;

  /// [DialBackMessages].
  public static final int DIAL_BACK_QUESTION = 4;

  /// [DialBackMessages].
  public static final int DIAL_BACK_ANSWER = 5;

  /// [FetchNotice].
  public static final int FETCH_NOTICE = 6;

  /// [AccessProof], which is sent before there is anything else to say.
  public static final int ACCESS_PROOF = AccessProof.TYPE;

  /// [NameMessages]: what a root is called.
  public static final int NAME_QUESTION = 8;

  /// [NameMessages.Answer].
  public static final int NAME_ANSWER = 9;

  private MessageTypes() {}

  /// How many bytes [#writeCid] writes.
  static int sizeBytes(Cid cid) {
    return 1 + cid.sizeBytes();
  }

  /// Writes a CID after its length in one byte.
  static void writeCid(Cid cid, ByteBuffer out) {
    out.put((byte) cid.sizeBytes());
    cid.write(out);
  }

  /// Reads what [#writeCid] wrote.
  static Cid readCid(ByteBuffer in) throws MalformedDataException {
    int length = in.hasRemaining() ? in.get() & 0xff : -1;
    if (length < 0 || length > in.remaining()) {
      throw new MalformedDataException("a message ends before its end");
    }
    byte[] cid = new byte[length];
    in.get(cid);
    return Cid.fromBytes(cid);
  }
}
