package io.shoal.runtime.connection;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The bytes of the messages that ask a peer what a root is called there. The question is u8 length
/// and bytes of the root's CID. The answer is the same, then u8 length and bytes of the name in
/// UTF-8 (length 0: none). Bytes after that are ignored.
public final class NameMessages {
  private static final int MAX_NAME_BYTES = 255;

  private NameMessages() {}

  public static ByteBuffer question(Cid root) {
    ByteBuffer out = ByteBuffer.allocate(MessageTypes.sizeBytes(root));
    MessageTypes.writeCid(root, out);
    return out.flip();
  }

  /// The root that is asked for.
  public static Cid readQuestion(ByteBuffer in) throws PeerFaultException {
    return MessageTypes.readCid(in);
  }

  /// An answer.
  ///
  /// @param name any text; empty if the peer has none, or keeps it to itself
  public record Answer(Cid root, Optional<String> name) {

    /// A name that is too long for a file is left out.
    public ByteBuffer encode() {
      byte[] text = name.orElse("").getBytes(StandardCharsets.UTF_8);
      int length = text.length > MAX_NAME_BYTES ? 0 : text.length;
      ByteBuffer out = ByteBuffer.allocate(MessageTypes.sizeBytes(root) + 1 + length);
      MessageTypes.writeCid(root, out);
      return out.put((byte) length).put(text, 0, length).flip();
    }

    public static Answer decode(ByteBuffer in) throws PeerFaultException {
      Cid root = MessageTypes.readCid(in);
      int length = in.hasRemaining() ? in.get() & 0xff : MAX_NAME_BYTES + 1;
      if (length > in.remaining()) {
        throw new MalformedDataException("a name answer is too short");
      }
      try {
        String name =
            StandardCharsets.UTF_8.newDecoder().decode(in.slice(in.position(), length)).toString();
        return new Answer(root, Optional.of(name).filter(text -> !text.isEmpty()));
      } catch (CharacterCodingException e) {
        throw new MalformedDataException("a name answer is not UTF-8", e);
      }
    }
  }
}
