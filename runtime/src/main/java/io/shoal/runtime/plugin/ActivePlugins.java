package io.shoal.runtime.plugin;

import io.shoal.api.ChunkStore;
import io.shoal.api.Discovery;
import io.shoal.api.Extension;
import io.shoal.api.NodeObserver;
import io.shoal.api.Transport;
import io.shoal.api.Verifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The extensions that a node works with, all of them started.
///
/// @param store keeps chunks
/// @param verifier names new content
/// @param verifiers checks chunks, by multihash code; holds `verifier` too
/// @param discoveries finds peers, in the order of the configuration
/// @param transports carries chunks, in the order of the configuration; no two share a scheme
/// @param observers hear of events
public record ActivePlugins(
    Active<ChunkStore> store,
    Active<Verifier> verifier,
    Map<Long, Active<Verifier>> verifiers,
    List<Active<Discovery>> discoveries,
    List<Active<Transport>> transports,
    List<Active<NodeObserver>> observers) {

  public ActivePlugins {
    verifiers = Map.copyOf(verifiers);
    discoveries = List.copyOf(discoveries);
    transports = List.copyOf(transports);
    observers = List.copyOf(observers);
  }

  /// All of them, by kind.
  public List<Active<? extends Extension>> all() {
    List<Active<? extends Extension>> all = new ArrayList<>();
    all.add(store);
    all.addAll(verifiers.values());
    all.addAll(discoveries);
    all.addAll(transports);
    all.addAll(observers);
    return all;
  }

  /// Those that check chunks.
  public List<Verifier> checking() {
    return verifiers.values().stream().map(Active::extension).toList();
  }

  /// Those that find peers, by the ids of their plugins, in the order of the configuration.
  public Map<String, Discovery> discoveriesById() {
    Map<String, Discovery> byId = new LinkedHashMap<>();
    discoveries.forEach(active -> byId.put(active.pluginId(), active.extension()));
    return byId;
  }

  /// An extension and the plugin that it belongs to.
  public record Active<T extends Extension>(String pluginId, T extension) {}
}
