/// Where a download's bytes go: the part file beside its target, what of it is here already, its
/// claims.
@NullMarked
package io.shoal.runtime.destination;

import org.jspecify.annotations.NullMarked;
