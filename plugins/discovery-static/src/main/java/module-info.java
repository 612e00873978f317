/// Reports the peers of a list that the operator keeps.
module io.shoal.discovery.fixed {
  requires io.shoal.api;
  requires static org.jspecify;
  requires org.slf4j;

  provides io.shoal.api.Discovery with
      io.shoal.discovery.fixed.StaticDiscovery;
}
