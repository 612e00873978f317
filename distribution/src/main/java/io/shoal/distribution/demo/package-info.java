/// The tour of `shoal demo`.
@NullMarked
package io.shoal.distribution.demo;

import org.jspecify.annotations.NullMarked;
