/// Which chunk is asked of which peer: a pure state machine.
@NullMarked
package io.shoal.runtime.swarm;

import org.jspecify.annotations.NullMarked;
