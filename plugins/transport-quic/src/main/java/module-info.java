/// Moves chunks over QUIC.
module io.shoal.transport.quic {
  requires io.netty.buffer;
  requires io.netty.codec.classes.quic;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.shoal.api;
  requires io.shoal.wire;
  requires static org.jspecify;
  requires org.slf4j;

  provides io.shoal.api.Transport with
      io.shoal.transport.quic.QuicTransport;
}
