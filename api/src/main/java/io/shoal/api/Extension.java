package io.shoal.api;

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
/// All calls come from virtual threads: block freely, do not pin (no native call around something
/// that waits; `synchronized` does not pin since Java 24), answer interruption.
///
/// An extension holds no static mutable state: a process may run several nodes, each with its own
/// instance.
public sealed interface Extension extends ExtensionPoint, AutoCloseable
    permits ChunkStore, Discovery, Transport, Verifier {

  /// Acquires what the extension needs: reads its configuration, opens its files and sockets.
  ///
  /// Every configuration key that the extension knows is read here: the runtime refuses a node
  /// whose configuration holds keys under this plugin that `start` did not ask for.
  ///
  /// @param context the node's services for this plugin; valid until [#close] returns
  /// @throws UserFaultException a setting is wrong, a port is taken, a folder has no rights: the
  ///   message names the key or the thing and what to do
  /// @throws ShoalException anything else that keeps the extension from working
  /// @throws InterruptedException the deadline passed or the node stops
  void start(PluginContext context) throws ShoalException, InterruptedException;

  /// Releases everything that [#start] acquired. Safe to call twice and without a successful start.
  /// Only of a store something needs to survive: see [ChunkStore].
  @Override
  void close();
}
