package io.shoal.discovery.routing;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A record of the schema `peer` (Delegated Routing V1, "Peer Schema").
///
/// Gateways stand in `Addrs` as any client reads them, with the protocol
/// `transport-ipfs-gateway-http`. All other addresses of a Shoal node stand in a field of their own
/// as Shoal writes them, with the protocol `transport-shoal`; others ignore both, as the
/// specification has it.
///
/// @param peer `ID`
/// @param multiaddrs `Addrs`, not checked
/// @param protocols `Protocols`
/// @param addresses of the field `transport-shoal`
record PeerRecord(
    PeerId peer, List<String> multiaddrs, List<String> protocols, List<PeerAddress> addresses) {
  static final String GATEWAY = "transport-ipfs-gateway-http";
  static final String SHOAL = "transport-shoal";

  /// Addresses of each form that are used: no node has more that matter.
  static final int MAX_ADDRESSES = 16;

  /// Protocols that are kept of other clients' records.
  static final int MAX_PROTOCOLS = 16;

  private static final int MAX_PROTOCOL_CHARS = 64;

  PeerRecord {
    multiaddrs = List.copyOf(multiaddrs);
    protocols = List.copyOf(protocols);
    addresses = List.copyOf(addresses);
  }

  /// The record of a peer that is reached at some addresses; those that have no form are left out.
  static PeerRecord of(PeerId peer, List<PeerAddress> reached) {
    List<String> multiaddrs = new ArrayList<>();
    List<PeerAddress> addresses = new ArrayList<>();
    for (PeerAddress address : reached) {
      Optional<String> multiaddr = Multiaddr.of(address);
      if (multiaddr.isPresent()) {
        multiaddrs.add(multiaddr.get());
      } else if (isExpressible(address)) {
        addresses.add(address);
      }
    }
    List<String> protocols = new ArrayList<>();
    if (!multiaddrs.isEmpty()) {
      protocols.add(GATEWAY);
    }
    if (!addresses.isEmpty()) {
      protocols.add(SHOAL);
    }
    return new PeerRecord(peer, first(multiaddrs), protocols, first(addresses));
  }

  /// Whether an address means something on another machine.
  static boolean isExpressible(PeerAddress address) {
    return address.host().isPresent()
        && !address.ip().map(ip -> ip.isMulticastAddress()).orElse(false);
  }

  /// Reads a record, or the payload of an announcement, which has the same fields.
  ///
  /// @return empty if it has no peer id; other faulty parts are left out alone
  static Optional<PeerRecord> from(Json.Fields fields) {
    try {
      PeerId peer = PeerId.parse(fields.text("ID").orElse(""));
      List<PeerAddress> addresses = new ArrayList<>();
      for (String text : first(fields.texts(SHOAL))) {
        parsed(text)
            .filter(address -> address.peerId().isEmpty() || address.peerId().get().equals(peer))
            .ifPresent(addresses::add);
      }
      List<String> protocols =
          fields.texts("Protocols").stream()
              .filter(name -> name.length() <= MAX_PROTOCOL_CHARS)
              .limit(MAX_PROTOCOLS)
              .toList();
      List<String> multiaddrs =
          fields.texts("Addrs").stream().filter(Multiaddr::isAddress).limit(MAX_ADDRESSES).toList();
      return Optional.of(new PeerRecord(peer, multiaddrs, protocols, addresses));
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }

  private static Optional<PeerAddress> parsed(String text) {
    try {
      return Optional.of(PeerAddress.parse(text));
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }

  private static <T> List<T> first(List<T> all) {
    return all.subList(0, Math.min(MAX_ADDRESSES, all.size()));
  }

  boolean hasAddresses() {
    return !multiaddrs.isEmpty() || !addresses.isEmpty();
  }

  /// All addresses that a Shoal node could dial, each once. A gateway counts if the record says
  /// that it is one, or nothing about protocols.
  List<PeerAddress> dialable() {
    Set<PeerAddress> all = new LinkedHashSet<>(addresses);
    if (protocols.isEmpty() || protocols.contains(GATEWAY)) {
      multiaddrs.forEach(text -> Multiaddr.gateway(text).ifPresent(all::add));
    }
    return List.copyOf(all);
  }

  /// The fields, without the schema.
  Map<String, Json> fields() {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("ID", Json.of(peer.toString()));
    fields.put("Addrs", Json.of(multiaddrs));
    fields.put("Protocols", Json.of(protocols));
    if (!addresses.isEmpty()) {
      fields.put(SHOAL, Json.of(addresses.stream().map(PeerAddress::toString).toList()));
    }
    return fields;
  }

  /// As a server answers it.
  Json toJson() {
    Map<String, Json> fields = fields();
    fields.put("Schema", Json.of("peer"));
    return new Json.Fields(fields);
  }
}
