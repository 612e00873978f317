/// What a user sees: results, progress, notes, errors, exit codes, numbers with units.
@NullMarked
package io.shoal.distribution.console;

import org.jspecify.annotations.NullMarked;
