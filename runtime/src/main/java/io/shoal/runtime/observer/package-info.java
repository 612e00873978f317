/// Reports what happens in a node to the observers that plugins bring.
///
/// Start at [Observers][io.shoal.runtime.observer.Observers]: each event goes into an
/// `ObserverQueue` of every observer, which a thread of its own empties, so that a slow observer
/// holds up nothing but itself. `ObservedRoot` and `ObservedDownload` are what an event says.
@NullMarked
package io.shoal.runtime.observer;

import org.jspecify.annotations.NullMarked;
