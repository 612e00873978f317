/// The commands, one class each, and what they have in common.
///
/// Start at [NodeCommand]: it finds the node that runs on the data folder, or starts one for as
/// long as the command takes. Its subclasses have options, one request to
/// [io.shoal.runtime.command.NodeCommands], and the lines that they print. Those that take many
/// references are subclasses of `ReferencesCommand`. [ServeCommand] is the one that is not a
/// subclass: it runs a node until a signal. All get their surroundings as an [Environment], so that
/// tests can replace them.
@NullMarked
package io.shoal.distribution.command;

import org.jspecify.annotations.NullMarked;
