/// Keeps the store right and small: checks it, collects garbage, computes digests when idle.
@NullMarked
package io.shoal.runtime.maintenance;

import org.jspecify.annotations.NullMarked;
