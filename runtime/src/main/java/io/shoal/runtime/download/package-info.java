/// One download, from its first provider to its last verified leaf: carries out what the swarm
/// decides.
@NullMarked
package io.shoal.runtime.download;

import org.jspecify.annotations.NullMarked;
