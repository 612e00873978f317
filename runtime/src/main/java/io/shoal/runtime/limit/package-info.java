/// Keeps what a node uses within bounds: rates, turns, buffers, threads, time.
@NullMarked
package io.shoal.runtime.limit;

import org.jspecify.annotations.NullMarked;
