/// Moves chunks over TCP, with or without TLS.
module io.shoal.transport.tcp {
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.shoal.api;
  requires io.shoal.wire;
  requires org.slf4j;
}
