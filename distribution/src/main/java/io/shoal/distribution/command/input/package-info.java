/// What a command line names besides content: paths, lists of more, and what a program writes.
///
/// Start at [InputLines], which gives a file's lines as they come. [TypedPath] takes a path from
/// the user's folder, and [StreamFile] makes a file of a stream.
@NullMarked
package io.shoal.distribution.command.input;

import org.jspecify.annotations.NullMarked;
