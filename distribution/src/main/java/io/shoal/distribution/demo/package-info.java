/// The tour of `shoal demo`.
///
/// Start at [DemoTour], which tells the steps; [DemoNode] is one of its six processes.
@NullMarked
package io.shoal.distribution.demo;

import org.jspecify.annotations.NullMarked;
