@NullMarked
package io.shoal.wire;

import org.jspecify.annotations.NullMarked;
