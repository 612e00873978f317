package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkStore;
import io.shoal.api.Discovery;
import io.shoal.api.Extension;
import io.shoal.api.NodeObserver;
import io.shoal.api.Transport;
import io.shoal.api.Verifier;

/// Puts extensions behind the border.
public final class PluginBorder {
  private final CallDeadlines deadlines;

  /// @param deadlines for calls that wait for a network or a disk
  public PluginBorder(CallDeadlines deadlines) {
    this.deadlines = deadlines;
  }

  /// The extension as the node uses it. Its `start` and `close`, and the `listen` of a transport,
  /// are those of the extension; the caller holds their deadlines.
  public Extension around(String pluginId, Extension extension) {
    PluginCalls calls = new PluginCalls(pluginId, deadlines);
    return switch (extension) {
      case ChunkStore store -> new GuardedStore(store, calls);
      case Verifier verifier -> new GuardedVerifier(verifier, calls);
      case Discovery discovery -> new GuardedDiscovery(discovery, calls);
      case NodeObserver observer -> new GuardedObserver(observer, calls);
      case Transport transport -> new GuardedTransport(transport, calls);
    };
  }

  /// The loader of the classes of an extension, behind the border or not: the context class loader
  /// of threads that call it.
  public static ClassLoader loader(Extension extension) {
    return extension instanceof GuardedExtension<?> guarded
        ? guarded.loader()
        : extension.getClass().getClassLoader();
  }
}
