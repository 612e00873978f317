/// Finds providers over the Mainline DHT protocol.
module io.shoal.discovery.kademlia {
  requires io.shoal.api;
  requires static org.jspecify;
  requires org.slf4j;

  provides io.shoal.api.Discovery with
      io.shoal.discovery.kademlia.KademliaDiscovery;
}
