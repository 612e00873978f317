package io.shoal.discovery.kademlia;

import java.util.Optional;
import java.util.Set;

/// What a query asks for, with its arguments (BEP 5).
sealed interface Method {

  /// The name on the wire.
  String name();

  /// Are you there?
  record Ping() implements Method {
    @Override
    public String name() {
      return "ping";
    }
  }

  /// Who is close to `target`?
  ///
  /// @param want the families of nodes to return (BEP 32); empty for that of the query
  record FindNode(NodeId target, Set<Family> want) implements Method {
    @Override
    public String name() {
      return "find_node";
    }
  }

  /// Who provides `key`, and who is close to it?
  record GetPeers(NodeId key, Set<Family> want) implements Method {
    @Override
    public String name() {
      return "get_peers";
    }
  }

  /// I provide `key`.
  ///
  /// @param port where the sender serves, 0 to 65535; not to be used if `impliedPort`
  /// @param impliedPort whether the datagram's own source port is meant
  record AnnouncePeer(NodeId key, int port, boolean impliedPort, Bytes token) implements Method {
    @Override
    public String name() {
      return "announce_peer";
    }
  }

  /// A method that this node does not know.
  ///
  /// @param target its `target` or `info_hash`, if it has one of 20 bytes
  record Unknown(String name, Optional<NodeId> target, Set<Family> want) implements Method {}
}
