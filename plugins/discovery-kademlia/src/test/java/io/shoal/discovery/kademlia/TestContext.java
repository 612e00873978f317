package io.shoal.discovery.kademlia;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.Metrics;
import io.shoal.api.NodeIdentity;
import io.shoal.api.PluginConfig;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheduler;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/// What a node would give to the plugin: a configuration in a map, a folder, timers that never
/// ring.
record TestContext(Path dataFolder, Map<String, List<String>> values) implements PluginContext {

  @Override
  public String pluginId() {
    return "discovery-kademlia";
  }

  @Override
  public PluginConfig config() {
    return new MapConfig(values);
  }

  @Override
  public NodeIdentity identity() {
    throw new UnsupportedOperationException("the DHT signs nothing");
  }

  @Override
  public InstantSource clock() {
    return InstantSource.system();
  }

  @Override
  public Metrics metrics() {
    return new Metrics() {
      @Override
      public Counter counter(String name, String description) {
        throw new UnsupportedOperationException(name);
      }

      @Override
      public void gauge(String name, String description, LongSupplier value) {}
    };
  }

  @Override
  public Scheduler scheduler() {
    return new Scheduler() {
      @Override
      public Timer after(Duration delay, Runnable task) {
        return () -> {};
      }

      @Override
      public Timer every(Duration pause, Runnable task) {
        return () -> {};
      }
    };
  }

  @Override
  public Executor bulkPool() {
    return Runnable::run;
  }

  private record MapConfig(Map<String, List<String>> values) implements PluginConfig {
    @Override
    public String text(String key, String whenAbsent) {
      return text(key).orElse(whenAbsent);
    }

    @Override
    public Optional<String> text(String key) {
      return Optional.ofNullable(values.get(key)).map(List::getFirst);
    }

    @Override
    public List<String> texts(String key, List<String> whenAbsent) {
      return values.getOrDefault(key, whenAbsent);
    }

    @Override
    public String oneOf(String key, Set<String> allowed, String whenAbsent) {
      return text(key, whenAbsent);
    }

    @Override
    public boolean flag(String key, boolean whenAbsent) {
      return text(key).map(Boolean::parseBoolean).orElse(whenAbsent);
    }

    @Override
    public long number(String key, long min, long max, long whenAbsent) {
      return text(key).map(Long::parseLong).orElse(whenAbsent);
    }

    @Override
    public long sizeBytes(String key, long minBytes, long maxBytes, long whenAbsent) {
      return text(key).map(Long::parseLong).orElse(whenAbsent);
    }

    @Override
    public Duration duration(String key, Duration min, Duration max, Duration whenAbsent)
        throws InvalidConfigException {
      return text(key).map(Duration::parse).orElse(whenAbsent);
    }
  }
}
