/// The process and the package around it: folders, log, signals, start-up caches, version.
///
/// Start at [PackageFolder] for the places that the launcher `bin/shoal` passes on, and at
/// [LogSetup] for the log. [FatalErrors] sees to it that no process lives on without one of its
/// threads. The classes here do not know each other but for the folder.
@NullMarked
package io.shoal.distribution.launch;

import org.jspecify.annotations.NullMarked;
