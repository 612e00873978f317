package io.shoal.testkit;

import io.shoal.api.Metrics;
import io.shoal.api.NodeAccess;
import io.shoal.api.NodeIdentity;
import io.shoal.api.PluginConfig;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheduler;
import io.shoal.api.SwarmSecret;
import io.shoal.testkit.identity.TestIdentity;
import io.shoal.testkit.identity.TestSecret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// A whole [PluginContext] with real parts: a data folder, a throw-away identity, timers and a pool
/// that [#close] ends.
///
/// A test makes one for each plugin instance: `TestContext.in(folder).with("quota", "1MB")`. Its
/// parts refuse what those of a node refuse, so that a plugin that passes here starts there.
public final class TestContext implements PluginContext, AutoCloseable {
  static final String PLUGIN_ID = "plugin-under-test";

  private final Path dataFolder;
  private final TestConfig config;
  private final NodeIdentity identity;
  private final Optional<SwarmSecret> swarmSecret;
  private final InstantSource clock;
  private final TestMetrics metrics = new TestMetrics();
  private final TestScheduler scheduler;
  private final BoundedPool bulkPool = new BoundedPool();
  private final NodeAccess node = new EmptyNode();
  private final Map<String, String> values;
  private final Map<Class<?>, AutoCloseable> shared = new LinkedHashMap<>();

  private TestContext(
      Path dataFolder,
      Map<String, String> values,
      NodeIdentity identity,
      Optional<SwarmSecret> swarmSecret,
      InstantSource clock) {
    this.dataFolder = dataFolder.toAbsolutePath();
    this.values = values;
    this.config = new TestConfig(values);
    this.identity = identity;
    this.swarmSecret = swarmSecret;
    this.clock = clock;
    this.scheduler = new TestScheduler(PLUGIN_ID, clock);
  }

  /// A context with the data folder `dataFolder` (made if it is not there), no configuration, a new
  /// identity, no swarm secret and the system's clock.
  ///
  /// @param dataFolder where the plugin keeps its data
  /// @return a new context, which the caller closes
  public static TestContext in(Path dataFolder) {
    try {
      Files.createDirectories(dataFolder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TestContext(
        dataFolder, Map.of(), TestIdentity.create(), Optional.empty(), InstantSource.system());
  }

  /// The same with a configuration value more, in the place of this one.
  ///
  /// @param key without the prefix of the plugin
  /// @param value as a user writes it
  /// @return a new context; this one is closed
  public TestContext with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put(key, value);
    return replaced(more, identity, swarmSecret, clock);
  }

  /// The same with another identity, in the place of this one.
  ///
  /// @param other the identity that the plugin gets
  /// @return a new context; this one is closed
  public TestContext withIdentity(NodeIdentity other) {
    return replaced(values, other, swarmSecret, clock);
  }

  /// The same in a swarm that shares a secret, in the place of this one.
  ///
  /// @param secret 16 to 1,024 bytes
  /// @return a new context; this one is closed
  public TestContext withSwarmSecret(byte[] secret) {
    return replaced(values, identity, Optional.of(new TestSecret(secret)), clock);
  }

  /// The same with another clock, in the place of this one. Its timers wait for a [TestClock], and
  /// for real time otherwise.
  ///
  /// @param other the clock that the plugin gets
  /// @return a new context; this one is closed
  public TestContext withClock(InstantSource other) {
    return replaced(values, identity, swarmSecret, other);
  }

  private TestContext replaced(
      Map<String, String> with,
      NodeIdentity other,
      Optional<SwarmSecret> secret,
      InstantSource time) {
    close();
    return new TestContext(dataFolder, with, other, secret, time);
  }

  @Override
  public String pluginId() {
    return PLUGIN_ID;
  }

  @Override
  public PluginConfig config() {
    return config;
  }

  /// The configuration, to ask which keys the plugin did not read.
  ///
  /// @return the same object as [#config]
  public TestConfig testConfig() {
    return config;
  }

  @Override
  public Path dataFolder() {
    return dataFolder;
  }

  @Override
  public NodeIdentity identity() {
    return identity;
  }

  @Override
  public Optional<SwarmSecret> swarmSecret() {
    return swarmSecret;
  }

  @Override
  public InstantSource clock() {
    return clock;
  }

  @Override
  public Metrics metrics() {
    return metrics;
  }

  /// The counts of the plugin.
  ///
  /// @return the same object as [#metrics]
  public TestMetrics testMetrics() {
    return metrics;
  }

  @Override
  public Scheduler scheduler() {
    return scheduler;
  }

  @Override
  public Executor bulkPool() {
    return bulkPool;
  }

  @Override
  public synchronized <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> maker) {
    AutoCloseable known = shared.get(type);
    if (known == null) {
      known = maker.get();
      shared.put(type, known);
    }
    return type.cast(known);
  }

  @Override
  public String apiVersion() {
    return PluginContext.class
        .getModule()
        .getDescriptor()
        .rawVersion()
        .orElseThrow(() -> new NoSuchElementException("the module io.shoal.api has no version"));
  }

  /// A node that has nothing and finds nobody: every root is not here, and every upload has its
  /// turn at once.
  @Override
  public NodeAccess node() {
    return node;
  }

  /// Ends timers, threads and shared objects. Safe to call twice.
  @Override
  public synchronized void close() {
    for (AutoCloseable object : new ArrayList<>(shared.values()).reversed()) {
      try {
        object.close();
      } catch (Exception e) {
        throw new AssertionError("a shared object does not close", e);
      }
    }
    shared.clear();
    scheduler.close();
    bulkPool.close();
  }
}
