/// The commands of a node: requests, results, references, failures.
///
/// Start at [NodeCommands], which joins the commands on content ([ContentCommands]), on the store
/// ([StoreCommands]), on names ([NameCommands]) and on the node's state ([StatusCommands]).
/// Requests and results are records, nested in the interface that uses them; over the control API
/// they are JSON objects with the same components. [Reference] is what a user types to name
/// content.
@NullMarked
package io.shoal.runtime.command;

import org.jspecify.annotations.NullMarked;
