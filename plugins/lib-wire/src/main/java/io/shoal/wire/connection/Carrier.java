package io.shoal.wire.connection;

import io.netty.channel.Channel;
import io.shoal.api.PeerFaultException;
import io.shoal.api.ShoalException;
import io.shoal.wire.Frame;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// What carries the frames of one connection: a single stream of bytes, or many. On the event loop,
/// but for [#channel], [#remote] and [#traits].
public interface Carrier {

  /// How frames are to be handed over.
  ///
  /// @param handshake whether a handshake below the frames comes first
  /// @param streamPerRequest whether each request has a stream of its own
  /// @param sendfile whether the system may send from files directly
  /// @param maxDataBytes chunk bytes in one frame that is sent
  /// @param maxOutboundBytes chunk bytes that may wait to be sent: the most that a slow peer makes
  ///   this node hold
  /// @param closedEarly ends the message about a peer that closed without a word
  record Traits(
      boolean handshake,
      boolean streamPerRequest,
      boolean sendfile,
      int maxDataBytes,
      int maxOutboundBytes,
      String closedEarly) {}

  Traits traits();

  /// The channel whose end is that of the connection; its event loop is the connection's.
  Channel channel();

  /// Where the peer is now.
  InetSocketAddress remote();

  /// The proof of the handshake, once that has ended; empty where there is none.
  ///
  /// @throws PeerFaultException what the peer showed proves nothing
  Optional<PeerProof> proof() throws PeerFaultException;

  /// The connection may begin: hands its first stream to [FrameHandler#begin], now or once it is
  /// there.
  void begin(FrameHandler frames);

  /// Makes way for one more request of this side's.
  ///
  /// @param opened takes its stream, which is the first one if that carries all; empty if there is
  ///   no room just now
  void openRequest(Consumer<Optional<FrameStream>> opened);

  /// Closes with a good-bye. Ends soon whether or not the peer reads.
  ///
  /// @param first the first stream
  void goodbye(Frame.Goodbye goodbye, FrameStream first);

  /// Silence after which a side that waits for bytes of a chunk asks for a sign of life, where the
  /// way to the peer may change without a word: what the peer sends then is lost until it hears
  /// from here. Empty where the network says so by itself.
  default Optional<Duration> probeAfter() {
    return Optional.empty();
  }

  /// Whether output moved since the last call, or none waits.
  boolean outputMoved();

  /// A failure of the channel, or of its handshake, in words for users.
  ShoalException faultOf(Exception cause);
}
