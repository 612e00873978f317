/// Sizes, rates and times as users write and read them. All in one class: [Units].
@NullMarked
package io.shoal.runtime.unit;

import org.jspecify.annotations.NullMarked;
