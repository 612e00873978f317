package io.shoal.runtime;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.DataFolder;
import io.shoal.runtime.identity.HostIdentity;
import io.shoal.runtime.identity.HostKey;
import io.shoal.runtime.limit.BulkPool;
import io.shoal.runtime.plugin.MetricsRegistry;
import io.shoal.runtime.plugin.PluginHost;
import io.shoal.runtime.plugin.PluginServices;
import io.shoal.runtime.plugin.inspection.PluginPlaces;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import io.shoal.runtime.plugin.node.NodeHandle;
import io.shoal.runtime.testing.PluginJarBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// A folder of plugins and a node's services around it, for tests.
///
/// @param root a folder of the test
/// @param configuration what is set
@SuppressWarnings("exports") // only tests see it
public record PluginFolder(Path root, Configuration configuration, PluginServices services)
    implements AutoCloseable {

  public static PluginFolder in(Path root) {
    return new PluginFolder(root, Configuration.defaults(), services(root.resolve("data")));
  }

  private static PluginServices services(Path data) {
    SecureRandom random = new SecureRandom();
    InstantSource clock = InstantSource.system();
    return new PluginServices(
        DataFolder.of(data),
        new HostIdentity(HostKey.generate(random), clock, random),
        Optional.empty(),
        clock,
        System::nanoTime,
        new MetricsRegistry(),
        new BulkPool(2),
        new NodeHandle());
  }

  public Path plugins() {
    return root.resolve("plugins");
  }

  /// Where it is recorded which plugins were installed.
  public Path lock() {
    return root.resolve("plugins.lock");
  }

  public PluginFolder with(String key, String value) throws InvalidConfigException {
    return new PluginFolder(root, configuration.with(key, value), services);
  }

  /// Adds plugins of `src/test/plugins`.
  public PluginFolder add(String... ids) throws IOException {
    for (String id : ids) {
      PluginJarBuilder.shared(id, plugins());
    }
    return this;
  }

  public PluginSettings settings() throws InvalidConfigException {
    return configuration.settings().plugins();
  }

  public PluginHost open() throws UserFaultException, IOException {
    return open(false);
  }

  /// Opens it as a node does that stays.
  public PluginHost openCopied() throws UserFaultException, IOException {
    return open(true);
  }

  private PluginHost open(boolean copied) throws UserFaultException, IOException {
    NodeSettings settings = configuration.settings();
    return PluginHost.open(
        new PluginPlaces(List.of(plugins()), List.of(services.pluginsData()), Optional.of(lock())),
        services.unpackedPlugins(),
        copied,
        settings.plugins(),
        settings.active(),
        configuration::plugin);
  }

  /// Opens the folder and starts what is in it; closes it again if that fails.
  public PluginHost start() throws ShoalException, IOException, InterruptedException {
    PluginHost host = open();
    host.start(services);
    return host;
  }

  @Override
  public void close() {
    services.bulkPool().close();
  }
}
