package io.shoal.api;

import java.util.List;
import java.util.Optional;
import org.pf4j.ExtensionPoint;

/// The lifecycle that all extensions share.
///
/// An extension has a public no-argument constructor that does nothing that can fail or block, and
/// is registered with `provides KIND with CLASS;` in its module descriptor (a plain jar lists it in
/// `META-INF/extensions.idx`). The runtime then calls, each at most once and from one thread:
/// 1. [#start], which must return within the deadline of the configuration key
///    `plugins.startTimeout` (default 30 s). An extension that misses it is interrupted, reported
///    by name and not used.
/// 2. the methods of its kind, from any number of threads at once unless a method says otherwise;
/// 3. [#close], which is also called when [#start] failed halfway, and must return within
///    `plugins.stopTimeout` (default 10 s). Calls that are blocked in the extension end within one
///    second of it.
///
/// ### Threads
///
/// Calls come from virtual threads, so that the simplest blocking code is right; those of a
/// [Verifier], and of a [ChunkStore] that is not remote, come from the platform threads of the
/// node's bounded pool too. Do not pin: no native call around something that waits (`synchronized`
/// does not pin since Java 24). Answer interruption within a second.
///
/// ### The end
///
/// Once [#close] was called, no method of the extension is called, nor one of any object that it
/// gave out: the node closes readers, bodies, watches and connections first. A call that comes late
/// all the same throws [IllegalStateException]. The extension leaves nothing behind: no thread,
/// timer, thread-local value, shutdown hook, log handler or open file. The next instance may start
/// on the same data folder afterwards, never before.
///
/// ### Errors
///
/// Each method says what it throws. What it throws besides (an unchecked exception, a
/// [LinkageError], null where no null may be) is a bug of the plugin: the node reports it in one
/// line that names plugin and method, with the stack trace in the debug log, and goes on as with a
/// call that failed.
///
/// ### State
///
/// An extension holds no static mutable state: a process may run several nodes, each with its own
/// instance. Extensions of one plugin in one node share what they need by [PluginContext#shared]. A
/// data folder that a newer minor version of the plugin wrote can be read by an older one of the
/// same major version, or an update could not be taken back.
///
/// Of PF4J only [ExtensionPoint], which is empty, belongs to this API.
public sealed interface Extension extends ExtensionPoint, AutoCloseable
    permits ChunkStore, Discovery, NodeObserver, Transport, Verifier {

  /// Acquires what the extension needs: reads its configuration, opens its files and sockets.
  ///
  /// Every configuration key that the extension knows is read here, or named by [#configuration]:
  /// the runtime refuses a node whose configuration holds other keys under this plugin.
  ///
  /// @param context the node's services for this plugin; valid until [#close] returns
  /// @throws UserFaultException a setting is wrong, a port is taken, a folder has no rights: the
  ///   message names the key or the thing and what to do
  /// @throws ShoalException anything else that keeps the extension from working
  /// @throws InterruptedException the deadline passed or the node stops
  default void start(PluginContext context) throws ShoalException, InterruptedException {}

  /// Releases everything that [#start] acquired. Safe to call twice and without a successful start.
  /// Only of a store something needs to survive: see [ChunkStore].
  @Override
  default void close() {}

  /// The keys that a user may set under `plugins.PLUGIN_ID`, for help and for checks before a
  /// start. Always the same answer, also before [#start]. An extension that names none has the keys
  /// that its `start` reads.
  ///
  /// @return the keys; none by default
  default List<ConfigKey> configuration() {
    return List.of();
  }

  /// The ability to show how it works inside, if it has it. Always the same answer.
  ///
  /// @return the ability; empty by default
  default Optional<Inspection> inspection() {
    return Optional.empty();
  }

  /// What the user should do so that the extension works as it should: `the bucket is read-only:
  /// give the key the right to write`. Shown by `shoal status` under the plugin's id. Cheap, never
  /// blocks, and has an answer before [#start] and after [#close] too.
  ///
  /// @return one line each; none if all is well
  default List<String> advice() {
    return List.of();
  }
}
