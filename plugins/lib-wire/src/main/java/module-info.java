/// Frames, handshake and host certificates.
module io.shoal.wire {
  requires transitive io.shoal.api;
  requires org.slf4j;

  exports io.shoal.wire;
}
