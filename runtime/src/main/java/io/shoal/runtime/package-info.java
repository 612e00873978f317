/// A node, put together from the packages below.
///
/// Start at [Node]: a node in this process, as a library; [RemoteNode] commands one in another
/// process through the same interface, and [Configuration] holds the settings.
///
/// Inside, `NodeCore` makes the parts of a node in the order in which they need each other.
/// `Holdings` keeps the index of roots, the announcements and the peers that watch a root in step:
/// every change of a root goes through it. `NodeWork` carries out the commands: `ReferenceResolver`
/// finds the root that a reference names, and `AddWork`, `GetWork`, `CatWork`, `StoreWork` and
/// `NameWork` do the rest, with `DownloadRunner` for everything that comes from peers. `NodeWork`
/// is also what plugins reach of a node. `NodeReports`, `NodeMetrics` and `Inspections` only read.
/// `SystemSources` is the one place where the machine's clocks and random source are taken.
@NullMarked
package io.shoal.runtime;

import org.jspecify.annotations.NullMarked;
