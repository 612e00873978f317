/// The control API: other processes of the same user command a node over HTTP on loopback.
@NullMarked
package io.shoal.runtime.control;

import org.jspecify.annotations.NullMarked;
