/// Serves content over HTTP as an IPFS trustless gateway, and fetches from such gateways.
module io.shoal.transport.http {
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.shoal.api;
  requires java.net.http;
  requires static org.jspecify;
  requires org.slf4j;

  provides io.shoal.api.Transport with
      io.shoal.transport.http.HttpTransport;
}
