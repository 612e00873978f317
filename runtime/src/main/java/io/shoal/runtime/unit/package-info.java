/// Sizes, rates and times as users write and read them.
///
/// Start at [Units], which is all there is.
@NullMarked
package io.shoal.runtime.unit;

import org.jspecify.annotations.NullMarked;
