/// The node as plugins may use it.
///
/// Start at [NodeHandle][io.shoal.runtime.plugin.node.NodeHandle]: plugins get it before there is a
/// node, and it reaches the node once that is ready. `NodeHandle.Parts` are the parts of a node
/// that do the work.
@NullMarked
package io.shoal.runtime.plugin.node;

import org.jspecify.annotations.NullMarked;
