package io.shoal.runtime.plugin.border;

import io.shoal.api.ConfigKey;
import io.shoal.api.Extension;
import io.shoal.api.Inspection;
import io.shoal.api.PluginContext;
import io.shoal.api.ShoalException;
import java.util.List;
import java.util.Optional;

/// What the extensions of all kinds have in common behind the border.
abstract class GuardedExtension<E extends Extension> {
  final E inside;
  final PluginCalls calls;

  GuardedExtension(E inside, PluginCalls calls) {
    this.inside = inside;
    this.calls = calls;
  }

  /// The caller holds the deadline.
  public void start(PluginContext context) throws ShoalException, InterruptedException {
    inside.start(context);
  }

  /// Ends the calls that run, then the extension. The caller holds the deadline.
  public void close() {
    calls.close();
    inside.close();
  }

  public List<ConfigKey> configuration() {
    return calls.plain("configuration", inside::configuration);
  }

  public Optional<Inspection> inspection() {
    return calls
        .plain("inspection", inside::inspection)
        .map(inspection -> new GuardedInspection(inspection, calls));
  }

  public List<String> advice() {
    try {
      return calls.plain("advice", inside::advice);
    } catch (PluginFailedException e) {
      calls.warn("advice", e);
      return List.of(e.getMessage());
    }
  }

  /// The loader of the plugin's classes.
  final ClassLoader loader() {
    return inside.getClass().getClassLoader();
  }

  @Override
  public String toString() {
    return calls.plain("toString", inside::toString);
  }
}
