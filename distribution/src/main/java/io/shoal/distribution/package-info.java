/// The program: its commands, and how a command line is read, with a library or without.
///
/// Start at [Main]. It first asks [SmallCommands], which reads the plainest command lines by hand
/// and asks a running node, since loading a library takes longer than such a command. [Program]
/// reads all others with picocli. Both get their commands from [Subcommand], which lists them in
/// the order of the help.
///
/// [CachesCommand], [TrainCommand] and [HelpTextsCommand] run while the package is made; users do
/// not see them. [LocalNodes] gives commands the node that they work on.
@NullMarked
package io.shoal.distribution;

import org.jspecify.annotations.NullMarked;
