@NullMarked
package io.shoal.distribution;

import org.jspecify.annotations.NullMarked;
