package io.shoal.api;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// All that a node gives to a plugin. There is nothing global: a plugin brings all else itself.
///
/// Every method returns the same object each time and may be called from any thread.
public interface PluginContext {

  /// The plugin's id, as its manifest and the configuration name it: `storage-filesystem`.
  ///
  /// @return the id
  String pluginId();

  /// The configuration node `plugins.PLUGIN_ID`, empty if the user wrote none.
  ///
  /// @return the section
  PluginConfig config();

  /// A folder that belongs to this plugin alone; it exists, is empty at first, only the node's user
  /// can read it, and it survives restarts and updates of the plugin. Two nodes never share it.
  ///
  /// @return an absolute path
  Path dataFolder();

  /// The identity of this node.
  ///
  /// @return the identity, without its private key
  NodeIdentity identity();

  /// The secret of the swarm that the node is a member of; empty where there is none (`access` is
  /// not `shared-secret`). With it a discovery hides from all other parties what it announces of
  /// this node's content.
  ///
  /// @return the secret, without its text
  Optional<SwarmSecret> swarmSecret();

  /// Wall-clock time. Intervals that matter are measured with [System#nanoTime].
  ///
  /// @return the clock
  InstantSource clock();

  /// Where the plugin counts; names are prefixed by the runtime with the plugin's id.
  ///
  /// @return the plugin's own
  Metrics metrics();

  /// Timers. Tasks run on virtual threads, so a slow one delays no other.
  ///
  /// @return the plugin's own; its timers end with the plugin
  Scheduler scheduler();

  /// The node's bounded pool for hashing and bulk file IO: as many platform threads as the machine
  /// has cores. A task holds a thread while it runs, so it must not wait for the network or for
  /// another task.
  ///
  /// @return the pool, which is not the plugin's to close
  Executor bulkPool();

  /// One object for all extensions of this plugin in this node, such as a socket or a table of
  /// peers: made by the first that asks, closed after the last of them was closed.
  ///
  /// @param type names the object: asking for another type gives another object
  /// @param maker makes it; called at most once, under a lock, so that it must not call this
  /// @param <T> the object's type
  /// @return the same object each time
  <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> maker);

  /// The version of the API that this node has, of which `Plugin-Requires` speaks: `1.2.0`. It is
  /// not the version of the program.
  ///
  /// @return a semantic version
  String apiVersion();

  /// The node itself: what it has, the turns of those that it serves, its discoveries. Usable once
  /// the node is ready, which is after [Extension#start].
  ///
  /// @return the same object each time
  @Experimental
  NodeAccess node();
}
