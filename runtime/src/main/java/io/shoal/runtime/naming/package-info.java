/// Signed names: published, kept alive, resolved.
///
/// Start at [NamePublisher] for names of this user, at [NameResolver] for names of others. Both
/// read and write signed records whose content is a [NameValue], and have the same two neighbours:
/// [SignedRecordClient] asks the discoveries that hold records, and checks every signature;
/// [NameStore] keeps records on the disk, those that were published here and the newest that was
/// seen of each name, so that an older one is refused later. [NameRenewal] gives the records in the
/// store to others again each hour, and lets the publisher sign anew those that are half over;
/// [PublicationStates] remembers how far each got in this run.
///
/// A [RecordSeal] is between a record and the form that others hold: in the open they are the same,
/// in a private swarm name and value are encrypted ([KeyedRecords]). A value that is too large for
/// a record is in a chunk ([NameChunks], which the root package implements). Keys that names are
/// published under are in [PublishingKeys]; none of them is the node's own key.
///
/// Order of writing: a record is on the disk before others have it, and a sequence number is never
/// used twice.
@NullMarked
package io.shoal.runtime.naming;

import org.jspecify.annotations.NullMarked;
