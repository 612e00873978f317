@NullMarked
package io.shoal.testkit;

import org.jspecify.annotations.NullMarked;
