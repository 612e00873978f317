package io.shoal.transport.tcp;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.ShoalException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;

/// The meaning of a failed TLS handshake or a broken stream, in words for users.
final class TlsFaults {
  private TlsFaults() {}

  static ShoalException of(Throwable cause) {
    if (cause instanceof ShoalException known) {
      return known;
    }
    if (cause instanceof ClosedChannelException) {
      return new PeerUnreachableException("the peer closed the connection in the handshake");
    }
    if (cause instanceof SslHandshakeTimeoutException) {
      return new PeerUnreachableException("the peer did not end its handshake in time");
    }
    if (cause instanceof NotSslRecordException
        || cause.getCause() instanceof NotSslRecordException) {
      return new PeerFaultException(
          "the program there does not speak TLS: a peer with tls: off is reached by tcp://", cause);
    }
    String reason = cause.getMessage();
    for (Throwable t = cause; t != null; t = t.getCause()) {
      // The certificate check knows best: it names the expected peer.
      if (t instanceof CertificateException && t.getMessage() != null) {
        reason = t.getMessage();
      }
    }
    return new PeerFaultException("the TLS handshake failed: " + reason, cause);
  }
}
