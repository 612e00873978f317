package io.shoal.runtime.plugin;

import io.shoal.runtime.limit.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.pf4j.Plugin;
import org.pf4j.PluginFactory;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginWrapper;

/// Makes PF4J's object of a plugin. Few plugins have a `Plugin-Class`; of those that do, every call
/// has a deadline, so that PF4J itself never hangs.
final class PluginClasses implements PluginFactory {

  private final Duration startTimeout;
  private final Duration stopTimeout;

  PluginClasses(Duration startTimeout, Duration stopTimeout) {
    this.startTimeout = startTimeout;
    this.stopTimeout = stopTimeout;
  }

  @Override
  public Plugin create(PluginWrapper wrapper) {
    String className = wrapper.getDescriptor().getPluginClass();
    if (className == null || className.isEmpty() || className.equals(Plugin.class.getName())) {
      return new Plugin();
    }
    return new Timed(wrapper, className);
  }

  private final class Timed extends Plugin {

    private final PluginWrapper loaded;
    private final String className;
    private Optional<Plugin> plugin = Optional.empty();

    Timed(PluginWrapper loaded, String className) {
      this.loaded = loaded;
      this.className = className;
    }

    @Override
    public void start() {
      plugin =
          call(
              startTimeout,
              () -> {
                Class<?> type = loaded.getPluginClassLoader().loadClass(className);
                Plugin made = (Plugin) type.getConstructor().newInstance();
                made.start();
                return Optional.of(made);
              });
    }

    @Override
    public void stop() {
      if (plugin.isPresent()) {
        Plugin started = plugin.get();
        call(
            stopTimeout,
            () -> {
              started.stop();
              return Optional.<Plugin>empty();
            });
      }
    }

    private Optional<Plugin> call(Duration limit, Callable<Optional<Plugin>> work) {
      try {
        return Deadline.call(
            "plugin-" + loaded.getPluginId(), limit, loaded.getPluginClassLoader(), work);
      } catch (ExecutionException e) {
        throw new PluginRuntimeException(e.getCause(), "{}: {}", className, e.getCause());
      } catch (Deadline.MissedException e) {
        throw new PluginRuntimeException(e, "{} {}", className, e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PluginRuntimeException(e, "interrupted");
      }
    }
  }
}
