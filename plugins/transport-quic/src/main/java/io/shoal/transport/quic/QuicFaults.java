package io.shoal.transport.quic;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.quic.QuicClosedChannelException;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.ShoalException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// The meaning of a failed handshake or a broken connection, in words for users.
final class QuicFaults {
  private QuicFaults() {}

  /// @param refusal why this side refused the peer's certificate, if it did
  static ShoalException of(Exception cause, Optional<String> refusal) {
    if (refusal.isPresent()) {
      return new PeerFaultException("the TLS handshake failed: " + refusal.get(), cause);
    }
    return switch (cause) {
      case ShoalException known -> known;
      case QuicClosedChannelException closed when closed.event() != null -> ofClose(closed.event());
      case ConnectTimeoutException e ->
          new PeerUnreachableException(
              "no peer answered in time, or its UDP port is closed to this node", e);
      case ClosedChannelException e ->
          new PeerUnreachableException("the connection ended in the handshake", e);
      case QuicStreamResetException e ->
          new PeerFaultException("the peer broke a stream off: " + e.getMessage(), e);
      case SSLException e -> new PeerFaultException("the TLS handshake failed: " + words(e), e);
      default -> new PeerUnreachableException("the connection broke: " + words(cause), cause);
    };
  }

  /// The peer closed the connection below the frames.
  static ShoalException ofClose(QuicConnectionCloseEvent event) {
    return event.isTlsError()
        ? new PeerFaultException(
            "the peer there does not accept this node: it speaks another protocol or refused the certificate (TLS alert %d)"
                .formatted(QuicConnectionCloseEvent.extractTlsError(event.error())))
        : new PeerUnreachableException("the peer closed the connection");
  }

  private static String words(Exception cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
