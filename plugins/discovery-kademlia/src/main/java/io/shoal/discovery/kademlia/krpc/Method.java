package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// The method of a query, with its arguments (BEP 5, 33, 44, 51).
public sealed interface Method {

  /// The name on the wire.
  String name();

  /// Whether good nodes in the field may not know the method and be silent, so that silence proves
  /// nothing.
  default boolean isOptional() {
    return false;
  }

  /// Are you there?
  record Ping() implements Method {
    @Override
    public String name() {
      return "ping";
    }
  }

  /// Asks for nodes close to `target`.
  ///
  /// @param want the families of nodes to return (BEP 32); empty for that of the query
  record FindNode(NodeId target, Set<Family> want) implements Method {
    @Override
    public String name() {
      return "find_node";
    }
  }

  /// Asks for providers of `key`, and nodes close to it.
  ///
  /// @param scrape asks for their number instead (BEP 33)
  /// @param noSeed asks only for those that do not have everything
  record GetPeers(NodeId key, Set<Family> want, boolean scrape, boolean noSeed) implements Method {
    public GetPeers(NodeId key, Set<Family> want) {
      this(key, want, false, false);
    }

    @Override
    public String name() {
      return "get_peers";
    }
  }

  /// I provide `key`.
  ///
  /// @param port where the sender serves, 0 to 65535; not to be used if `impliedPort`
  /// @param impliedPort whether the datagram's own source port is meant
  /// @param seed whether I have all of it (BEP 33)
  record AnnouncePeer(NodeId key, int port, boolean impliedPort, boolean seed, Bytes token)
      implements Method {
    public AnnouncePeer(NodeId key, int port, boolean impliedPort, Bytes token) {
      this(key, port, impliedPort, false, token);
    }

    @Override
    public String name() {
      return "announce_peer";
    }
  }

  /// I provide all of these keys: an extension that only Shoal nodes know, see [AnnounceBatches].
  ///
  /// @param keys 1 to [#MAX_KEYS]
  /// @param grantedFor the key whose `get_peers` brought the token
  /// @param port where the sender serves, 1 to 65535
  record AnnounceMany(List<NodeId> keys, NodeId grantedFor, int port, Bytes token)
      implements Method {
    /// With the longest token that is kept they fit into [PacketWriter#MAX_PACKET_BYTES].
    public static final int MAX_KEYS = 40;

    static final String NAME = "shoal_announce";

    public AnnounceMany {
      keys = List.copyOf(keys);
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public boolean isOptional() {
      return true;
    }
  }

  /// Asks for the item of `target`, and nodes close to it (BEP 44).
  ///
  /// @param newerThan the sequence number that the asker has; an item is sent only if it is newer
  record Get(NodeId target, OptionalLong newerThan, Set<Family> want) implements Method {
    @Override
    public String name() {
      return "get";
    }

    @Override
    public boolean isOptional() {
      return true;
    }
  }

  /// Keep this item (BEP 44).
  ///
  /// @param item of any size and unverified
  /// @param replaces the sequence number of the item that may be replaced; empty for any that is
  ///   older. Means nothing for an immutable item.
  record Put(Item item, OptionalLong replaces, Bytes token) implements Method {
    @Override
    public String name() {
      return "put";
    }

    @Override
    public boolean isOptional() {
      return true;
    }
  }

  /// Asks for some keys of which the node knows providers (BEP 51).
  ///
  /// @param target whose neighbours are wanted besides
  record SampleInfohashes(NodeId target, Set<Family> want) implements Method {
    @Override
    public String name() {
      return "sample_infohashes";
    }

    @Override
    public boolean isOptional() {
      return true;
    }
  }

  /// A method that this node does not know.
  ///
  /// @param target its `target` or `info_hash`, if it has one of 20 bytes
  record Unknown(String name, Optional<NodeId> target, Set<Family> want) implements Method {}
}
