/// The output that a user sees: results, progress, notes, errors, exit codes.
///
/// Start at [Console]: results go to standard output, all else to standard error. [ErrorLine] and
/// [ExitCode] turn a failure into one line and a number. `ResultStream` notices results that were
/// not written; `ProgressText` says how far something is, for a terminal of any width or for none.
@NullMarked
package io.shoal.distribution.console;

import org.jspecify.annotations.NullMarked;
