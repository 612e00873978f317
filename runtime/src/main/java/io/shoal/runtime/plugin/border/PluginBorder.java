package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkStore;
import io.shoal.api.Discovery;
import io.shoal.api.Extension;
import io.shoal.api.Transport;
import io.shoal.api.Verifier;

/// Puts extensions behind the border.
public final class PluginBorder {
  private final CallDeadlines deadlines;

  /// @param deadlines for calls that wait for a network or a disk
  public PluginBorder(CallDeadlines deadlines) {
    this.deadlines = deadlines;
  }

  /// The plugin's own object of an extension that [#around] gave.
  public static Extension inside(Extension extension) {
    return extension instanceof Guarded guarded ? guarded.inside() : extension;
  }

  /// The extension as the node uses it. Its `start` and `close` are those of the extension; the
  /// caller holds the deadlines of both.
  public Extension around(String pluginId, Extension extension) {
    PluginCalls calls = new PluginCalls(pluginId, deadlines);
    return switch (extension) {
      case ChunkStore store -> new GuardedStore(store, calls);
      case Verifier verifier -> new GuardedVerifier(verifier, calls);
      case Discovery discovery -> discovery;
      case Transport transport -> transport;
    };
  }
}
