/// The program: which commands there are, and what reads a command line, with the library or
/// without.
@NullMarked
package io.shoal.distribution;

import org.jspecify.annotations.NullMarked;
