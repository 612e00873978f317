/// Moves chunks over TCP, with or without TLS.
module io.shoal.transport.tcp {
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.shoal.api;
  requires io.shoal.wire;
  requires static org.jspecify;
  requires org.slf4j;

  provides io.shoal.api.Transport with
      io.shoal.transport.tcp.TcpTransport;
}
