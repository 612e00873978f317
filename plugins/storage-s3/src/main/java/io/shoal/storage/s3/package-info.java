/// Keeps chunks as objects of a bucket of S3, or of a service that speaks its protocol.
///
/// Start at [S3Store], which makes a call of [Bucket] of each call of the node. [ObjectKeys] names
/// the objects.
///
/// ### A call
///
/// [Attempts] gives each call a [Deadline], makes its requests again with a growing pause, and lets
/// as many run at once as the service bears ([RequestLimit]). [Faults] says of a failure whether
/// another try may help, and what the user can do. Below it the SDK signs requests and reads
/// answers, and has its own retries and time-outs switched off: they know neither the node's
/// deadline nor how much a link carries. [JdkHttp] sends the bytes.
///
/// ### In the bucket
///
/// - `PREFIX/chunks/CID`: one object a chunk. Its name is the CID of version 1 with codec `raw`,
///   whatever codec the node calls it by. An object is whole as soon as it is there, and durable as
///   soon as the service said so; so a sync has nothing to do.
/// - `PREFIX/quarantine/CID-ETAG`: corrupt chunks, at most [Quarantine#MAX_OBJECTS].
///
/// ### Races
///
/// Nodes that share a bucket do not know of each other. A write has the condition that no object is
/// there, so one of two writers stores a chunk. The removal of a corrupt copy has the condition
/// that the object is still the one that was read.
@NullMarked
package io.shoal.storage.s3;

import org.jspecify.annotations.NullMarked;
