package io.shoal.runtime.connection;

import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;

/// The bytes of [DialBack]'s messages. The question has none: it asks for a connection to where the
/// asker said that it listens. The answer is one byte: 1 if the connection was made, 0 if no peer
/// answered there.
final class DialBackMessages {
  private static final byte REACHED = 1;
  private static final byte NOT_REACHED = 0;

  private DialBackMessages() {}

  static ByteBuffer question() {
    return ByteBuffer.allocate(0);
  }

  static ByteBuffer answer(boolean reached) {
    return ByteBuffer.wrap(new byte[] {reached ? REACHED : NOT_REACHED});
  }

  /// Whether the asker was reached.
  static boolean readAnswer(ByteBuffer in) throws PeerFaultException {
    byte answer = in.remaining() == 1 ? in.get() : -1;
    return switch (answer) {
      case REACHED -> true;
      case NOT_REACHED -> false;
      default -> throw new MalformedDataException("a dial-back answer is not one byte of 0 or 1");
    };
  }
}
