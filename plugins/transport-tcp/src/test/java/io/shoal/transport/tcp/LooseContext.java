package io.shoal.transport.tcp;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.NodeAccess;
import io.shoal.api.NodeIdentity;
import io.shoal.api.PluginConfig;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheduler;
import io.shoal.api.SwarmSecret;
import io.shoal.testkit.TestMetrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// A node's services for the transport, with settings that are not held to their limits: a test
/// needs a deadline that never comes where it shows that a connection ends without one.
///
/// @param settings as the values that they have
record LooseContext(NodeIdentity identity, Map<String, Object> settings, TestMetrics metrics)
    implements PluginContext {

  @Override
  public String pluginId() {
    return "transport-tcp";
  }

  @Override
  public PluginConfig config() {
    return new LooseConfig(settings);
  }

  @Override
  public Optional<SwarmSecret> swarmSecret() {
    return Optional.empty();
  }

  @Override
  public Path dataFolder() {
    throw new UnsupportedOperationException("the transport stores nothing");
  }

  @Override
  public InstantSource clock() {
    return Clock.systemUTC();
  }

  @Override
  public Scheduler scheduler() {
    throw new UnsupportedOperationException("the transport has timers of its own");
  }

  @Override
  public Executor bulkPool() {
    throw new UnsupportedOperationException("the transport hashes nothing");
  }

  @Override
  public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> maker) {
    throw new UnsupportedOperationException("the transport shares nothing");
  }

  @Override
  public String apiVersion() {
    throw new UnsupportedOperationException("the transport does not ask");
  }

  @Override
  public NodeAccess node() {
    throw new UnsupportedOperationException("the transport uses no node");
  }

  private record LooseConfig(Map<String, Object> settings) implements PluginConfig {
    @SuppressWarnings("unchecked") // a test that writes another type fails by that
    private <T> T get(String key, T whenAbsent) {
      return (T) settings.getOrDefault(key, whenAbsent);
    }

    @Override
    public String text(String key, String whenAbsent) {
      return get(key, whenAbsent);
    }

    @Override
    public Optional<String> text(String key) {
      return Optional.ofNullable((String) settings.get(key));
    }

    @Override
    public List<String> texts(String key, List<String> whenAbsent) {
      return get(key, whenAbsent);
    }

    @Override
    public String oneOf(String key, Set<String> allowed, String whenAbsent) {
      return get(key, whenAbsent);
    }

    @Override
    public boolean flag(String key, boolean whenAbsent) {
      return get(key, whenAbsent);
    }

    @Override
    public long number(String key, long min, long max, long whenAbsent)
        throws InvalidConfigException {
      Number value = get(key, whenAbsent);
      return value.longValue();
    }

    @Override
    public long sizeBytes(String key, long minBytes, long maxBytes, long whenAbsent) {
      Number value = get(key, whenAbsent);
      return value.longValue();
    }

    @Override
    public Duration duration(String key, Duration min, Duration max, Duration whenAbsent) {
      return get(key, whenAbsent);
    }

    @Override
    public Optional<String> secret(String key) {
      return text(key);
    }

    @Override
    public Set<String> keys(String key) {
      return Set.of();
    }

    @Override
    public long bytesPerSecond(String key, long whenAbsent) {
      Number value = get(key, whenAbsent);
      return value.longValue();
    }

    @Override
    public Path path(String key, Path whenAbsent) {
      return get(key, whenAbsent);
    }
  }
}
