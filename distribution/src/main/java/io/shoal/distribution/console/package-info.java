/// The output that a user sees: results, progress, notes, errors, exit codes.
///
/// Start at [Console]: results go to standard output, all else to standard error. [ErrorLine] and
/// [ExitCode] turn a failure into one line and a number.
@NullMarked
package io.shoal.distribution.console;

import org.jspecify.annotations.NullMarked;
