@NullMarked
package io.shoal.runtime;

import org.jspecify.annotations.NullMarked;
