package io.shoal.wire;

import io.shoal.api.PeerFaultException;
import java.util.OptionalInt;

/// Which frames a stream of a connection may bring. A connection with a single stream brings all
/// there; one with many has a stream for each request and one for everything else, so that a lost
/// packet holds up one request alone. Confined to one thread.
public final class StreamRules {
  private enum Kind {
    ALL,
    CONTROL,
    OWN_REQUEST,
    PEER_REQUEST
  }

  private final Kind kind;
  private int id;

  private StreamRules(Kind kind) {
    this.kind = kind;
  }

  /// The only stream of a connection.
  public static StreamRules forAll() {
    return new StreamRules(Kind.ALL);
  }

  /// The stream for all that belongs to no request.
  public static StreamRules forControl() {
    return new StreamRules(Kind.CONTROL);
  }

  /// The stream of a request of this side's.
  public static StreamRules forOwnRequest() {
    return new StreamRules(Kind.OWN_REQUEST);
  }

  /// The stream of a request of the peer's, whose first frame says which.
  public static StreamRules forPeerRequest() {
    return new StreamRules(Kind.PEER_REQUEST);
  }

  /// Whether the stream ends with its request.
  public boolean isOfRequest() {
    return kind == Kind.OWN_REQUEST || kind == Kind.PEER_REQUEST;
  }

  /// Whether the peer opened the stream for a request of its own.
  public boolean isOfPeerRequest() {
    return kind == Kind.PEER_REQUEST;
  }

  /// The request of the stream; empty before it is known.
  public OptionalInt id() {
    return id == 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /// The stream is that of this request from now on.
  public void bind(int newId) {
    id = newId;
  }

  /// Checks that a frame may come on this stream.
  ///
  /// @throws PeerFaultException it belongs to another
  public void check(Frame frame) throws PeerFaultException {
    boolean fits =
        switch (kind) {
          case ALL -> true;
          case CONTROL -> answered(frame) == 0 && asked(frame) == 0;
          case OWN_REQUEST -> answered(frame) == id && id != 0;
          case PEER_REQUEST ->
              frame instanceof Frame.Request ? id == 0 : asked(frame) == id && id != 0;
        };
    if (!fits) {
      throw new PeerFaultException(
          "the peer sent " + frame.getClass().getSimpleName() + " on a stream that is for others");
    }
    if (kind == Kind.PEER_REQUEST && frame instanceof Frame.Request request) {
      id = request.id();
    }
  }

  /// The request that the frame answers; 0 if it answers none.
  private static int answered(Frame frame) {
    return switch (frame) {
      case Frame.Answer answer -> answer.id();
      case Frame.Data data -> data.id();
      case Frame.End end -> end.id();
      case Frame.Refuse refuse -> refuse.id();
      default -> 0;
    };
  }

  /// The request that the frame makes or goes on with; 0 if it is of none.
  private static int asked(Frame frame) {
    return switch (frame) {
      case Frame.Request request -> request.id();
      case Frame.Credit credit -> credit.id();
      case Frame.Cancel cancel -> cancel.id();
      default -> 0;
    };
  }
}
