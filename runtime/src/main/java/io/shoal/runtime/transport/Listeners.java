package io.shoal.runtime.transport;

import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.plugin.PluginCall;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where this node accepts connections: opens a listener on every transport that it uses, and
/// follows their endpoints. A transport that does not listen within `plugins.startTimeout`, or
/// throws, is left out, and the node goes on with the others. Usable from any thread.
public final class Listeners implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final TransportChoice choice;
  private final PluginSettings settings;
  private final Runnable moved;
  private final AtomicBoolean moving = new AtomicBoolean();
  private final List<TransportListener> open = new ArrayList<>();
  private final Map<String, UnusablePluginException> failures = new LinkedHashMap<>();
  private final Set<String> lost = new LinkedHashSet<>();

  /// @param moved called on a virtual thread after [#endpoints] changed, once for several changes
  public Listeners(TransportChoice choice, PluginSettings settings, Runnable moved) {
    this.choice = choice;
    this.settings = settings;
    this.moved = moved;
  }

  /// Listens on all transports. At most once.
  ///
  /// @throws InvalidConfigException a setting of a transport is wrong
  /// @throws UserFaultException no transport is left that could accept connections
  public void open(ChunkServer server) throws ShoalException, InterruptedException {
    for (TransportChoice.Used used : choice.used()) {
      open(used, server);
    }
    Map<String, UnusablePluginException> failed = failures();
    if (!failed.isEmpty() && listening().isEmpty()) {
      List<String> problems = new ArrayList<>();
      failed.forEach((id, why) -> problems.add("plugin " + id + ": " + why.getMessage()));
      throw new UserFaultException(
          "no plugin for transport can be used: " + String.join("; ", problems));
    }
    failed.forEach(
        (id, why) ->
            LOG.warn("continues without the transport of plugin {}: {}", id, why.getMessage()));
  }

  private void open(TransportChoice.Used used, ChunkServer server)
      throws InvalidConfigException, InterruptedException {
    var call =
        new PluginCall(
            used.pluginId(), used.transport(), settings.startTimeout(), "plugins.startTimeout");
    var listener = new TransportListener(used, this::changed);
    boolean opened = false;
    try {
      call.run("listen", () -> listener.open(server));
      synchronized (this) {
        open.add(listener);
      }
      opened = true;
    } catch (UnusablePluginException e) {
      LOG.debug("plugin {} does not listen", used.pluginId(), e);
      synchronized (this) {
        failures.put(used.pluginId(), e);
        lost.addAll(used.schemes());
      }
    } finally {
      if (!opened) {
        listener.giveUp();
      }
    }
  }

  /// From the thread of a transport, which must not wait.
  private void changed() {
    if (moving.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("endpoints")
          .start(
              () -> {
                moving.set(false);
                moved.run();
              });
    }
  }

  private synchronized List<TransportListener> listening() {
    return List.copyOf(open);
  }

  /// Where peers reach this node now.
  public List<PeerAddress> endpoints() {
    return listening().stream()
        .flatMap(listener -> listener.endpoints().stream())
        .map(Endpoint::address)
        .toList();
  }

  /// The plugins that do not listen, and why.
  public synchronized Map<String, UnusablePluginException> failures() {
    return new LinkedHashMap<>(failures);
  }

  /// The schemes of the transports that failed: not to be dialled any more.
  public synchronized Set<String> lost() {
    return Set.copyOf(lost);
  }

  /// Accepts no more connections; those that are open go on. Each listener has as long as
  /// `plugins.stopTimeout`.
  @Override
  public void close() {
    for (TransportListener listener : listening()) {
      TransportChoice.Used used = listener.used();
      var call =
          new PluginCall(
              used.pluginId(), used.transport(), settings.stopTimeout(), "plugins.stopTimeout");
      try {
        call.run("Listener.close", listener::close);
      } catch (UnusablePluginException | InvalidConfigException e) {
        LOG.warn("plugin {}: {}", used.pluginId(), e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
