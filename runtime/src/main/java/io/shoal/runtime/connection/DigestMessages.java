package io.shoal.runtime.connection;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/// The bytes of the messages that find the root of a file of which only the SHA-256 of all its
/// bytes is known. The question is these 32 bytes. The answer is the same 32 bytes, u8 length and
/// bytes of the root's CID (length 0: not known), u64 size of the file.
public final class DigestMessages {
  private static final int DIGEST_BYTES = 32;

  private DigestMessages() {}

  /// @param sha256 in hexadecimal
  public static ByteBuffer question(String sha256) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(sha256));
  }

  /// The SHA-256 that is asked for, in hexadecimal.
  public static String readQuestion(ByteBuffer in) throws PeerFaultException {
    if (in.remaining() != DIGEST_BYTES) {
      throw new MalformedDataException(
          "a digest question has %d bytes, not %d".formatted(in.remaining(), DIGEST_BYTES));
    }
    return readDigest(in);
  }

  private static String readDigest(ByteBuffer in) {
    byte[] digest = new byte[DIGEST_BYTES];
    in.get(digest);
    return HexFormat.of().formatHex(digest);
  }

  /// An answer.
  ///
  /// @param sha256 the digest of the question, in hexadecimal
  /// @param root empty if it is not known, or private
  /// @param sizeBytes of the file; 0 if it is not known
  public record Answer(String sha256, Optional<Cid> root, long sizeBytes) {

    public ByteBuffer encode() {
      ByteBuffer out =
          ByteBuffer.allocate(
              DIGEST_BYTES + root.map(MessageTypes::sizeBytes).orElse(1) + Long.BYTES);
      out.put(HexFormat.of().parseHex(sha256));
      root.ifPresentOrElse(cid -> MessageTypes.writeCid(cid, out), () -> out.put((byte) 0));
      return out.putLong(sizeBytes).flip();
    }

    /// Bytes after the size are ignored.
    public static Answer decode(ByteBuffer in) throws PeerFaultException {
      if (in.remaining() < DIGEST_BYTES + 1) {
        throw new MalformedDataException("a digest answer is too short");
      }
      String sha256 = readDigest(in);
      Optional<Cid> root = Optional.empty();
      if (in.get(in.position()) == 0) {
        in.get();
      } else {
        root = Optional.of(MessageTypes.readCid(in));
      }
      if (in.remaining() < Long.BYTES) {
        throw new MalformedDataException("a digest answer is too short");
      }
      return new Answer(sha256, root, in.getLong());
    }
  }
}
