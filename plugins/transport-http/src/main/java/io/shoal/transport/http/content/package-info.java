/// A DAG as the gateway reads it: which chunks lead to a path, and which are below it.
///
/// Start at [DagWalk]. [PathWalk] finds the end of a path; [DagPb], [UnixFs] and [HamtShard] are
/// the formats of nodes, [Car] is that of the answer. Without IO: chunks come from [Blocks].
@NullMarked
package io.shoal.transport.http.content;

import org.jspecify.annotations.NullMarked;
