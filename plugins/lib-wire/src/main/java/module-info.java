/// The frames of the protocol `shoal/1` and the rules of a connection, free of sockets: a library
/// that is packed into the plugins that use it.
module io.shoal.wire {
  requires transitive io.shoal.api;

  exports io.shoal.wire;
}
