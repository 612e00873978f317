/// Finds providers over the Mainline DHT protocol.
module io.shoal.discovery.kademlia {
  requires io.shoal.api;
  requires org.slf4j;
}
