/// Finds peers on the local network without any configuration.
module io.shoal.discovery.lan {
  requires io.shoal.api;
  requires static org.jspecify;
  requires org.slf4j;

  provides io.shoal.api.Discovery with
      io.shoal.discovery.lan.LanDiscovery;
}
