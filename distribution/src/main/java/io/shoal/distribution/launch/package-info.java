/// The process and the package around it: folders, log, signals, start-up caches, version.
@NullMarked
package io.shoal.distribution.launch;

import org.jspecify.annotations.NullMarked;
