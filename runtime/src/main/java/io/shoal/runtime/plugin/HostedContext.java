package io.shoal.runtime.plugin;

import io.shoal.api.Metrics;
import io.shoal.api.NodeAccess;
import io.shoal.api.NodeIdentity;
import io.shoal.api.PluginConfig;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheduler;
import io.shoal.api.SwarmSecret;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// The context of one plugin: all that it gets from the node.
record HostedContext(
    String pluginId,
    PluginConfig config,
    Path dataFolder,
    NodeIdentity identity,
    Optional<SwarmSecret> swarmSecret,
    InstantSource clock,
    Metrics metrics,
    Scheduler scheduler,
    Executor bulkPool,
    SharedObjects objects,
    String apiVersion,
    NodeAccess node)
    implements PluginContext {

  @Override
  public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> maker) {
    return objects.get(type, maker);
  }
}
