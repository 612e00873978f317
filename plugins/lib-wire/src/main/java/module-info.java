/// The protocol `shoal/1`, and what transports that speak it share: a library that is packed into
/// the plugins that use it.
module io.shoal.wire {
  requires transitive io.netty.buffer;
  requires transitive io.netty.common;
  requires io.netty.handler;
  requires transitive io.netty.transport;
  requires transitive io.shoal.api;
  requires static org.jspecify;
  requires org.slf4j;

  exports io.shoal.wire;
  exports io.shoal.wire.address;
  exports io.shoal.wire.admission;
  exports io.shoal.wire.connection;
  exports io.shoal.wire.transfer;
}
