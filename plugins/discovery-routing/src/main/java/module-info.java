/// Finds providers by delegated routing of IPFS over HTTP.
module io.shoal.discovery.routing {
  requires io.shoal.api;
  requires java.net.http;
  requires jdk.httpserver;
  requires static org.jspecify;
  requires org.slf4j;

  provides io.shoal.api.Discovery with
      io.shoal.discovery.routing.RoutingDiscovery;
}
