/// The format of content: dag-pb and UnixFS to and from bytes, and a DAG as files and folders.
///
/// Start at [DagWalker]: it takes the nodes of one DAG in any order and numbers its chunks. Once it
/// is complete, [TreePlanner] makes a [TreePlan] of it: the folders and files to write, and the
/// places of each leaf's bytes ([Places]).
///
/// A node's bytes are read in three steps, each strict: [ProtoReader] reads protobuf fields,
/// [DagPb] a node of links and data ([PbNode], [PbLink]), [UnixFsData] the message in that data.
/// [UnixNode#parse] takes all three and checks what one node alone can get wrong; [HamtShard] knows
/// the rules of sharded folders and [MurmurHash3] the hash in them. What needs more than one node
/// (sizes of parent and child, names of one folder, depth) is checked by the walker and the
/// planner. Writing goes through [DagPb#encode], [UnixFsData#encode] and [ProtoWriter]; the layouts
/// are in the package `importer`.
///
/// The bytes come from strangers: [DagLimits] bounds every DAG, and one beyond a bound is a
/// [MalformedContentException]. Nothing here does IO, reads a clock or starts a thread.
@NullMarked
package io.shoal.runtime.dag;

import org.jspecify.annotations.NullMarked;
