package io.shoal.runtime;

import io.shoal.api.ChunkServer;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerAddress;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.plugin.ActivePlugins;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which schemes of which transports a node uses. With TLS required, those that encrypt or stay on
/// this machine; without, those that do not encrypt, so that a transport never speaks both. Where
/// access is restricted, only those that encrypt: no other proves an identity.
final class TransportChoice {
  private final Map<Transport, Set<String>> schemes = new LinkedHashMap<>();
  private final Map<String, Transport> dialable = new LinkedHashMap<>();

  /// @throws InvalidConfigException access is restricted and no transport encrypts
  TransportChoice(
      List<ActivePlugins.Active<Transport>> transports, boolean tlsRequired, Access access)
      throws InvalidConfigException {
    boolean open = access instanceof Access.Open;
    Scheme.Protection network = tlsRequired ? Scheme.Protection.ENCRYPTED : Scheme.Protection.PLAIN;
    for (ActivePlugins.Active<Transport> active : transports) {
      Set<String> usable = new HashSet<>();
      for (Scheme scheme : active.extension().schemes()) {
        if (scheme.protection() == network
            || (open && scheme.protection() == Scheme.Protection.LOCAL)) {
          usable.add(scheme.name());
          dialable.put(scheme.name(), active.extension());
        }
      }
      schemes.put(active.extension(), usable);
    }
    if (!open && !transports.isEmpty() && dialable.isEmpty()) {
      throw new InvalidConfigException(
          "access is "
              + access.word()
              + " and no active transport encrypts, so that no peer could prove its identity: name"
              + " one that does in active.transport, or set access: open");
    }
  }

  /// The transport of each scheme.
  Map<String, Transport> dialable() {
    return dialable;
  }

  /// Listens on all transports.
  ///
  /// @return where peers reach this node
  List<PeerAddress> listen(ChunkServer server) throws ShoalException, InterruptedException {
    List<PeerAddress> listening = new ArrayList<>();
    for (Map.Entry<Transport, Set<String>> transport : schemes.entrySet()) {
      if (!transport.getValue().isEmpty()) {
        listening.addAll(transport.getKey().listen(transport.getValue(), server));
      }
    }
    return List.copyOf(listening);
  }
}
