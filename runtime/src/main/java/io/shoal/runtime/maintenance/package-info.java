/// Keeps the store right and small: checks it, collects garbage, computes digests when idle.
///
/// Start at [StoreVerify] (a check on command), [ScheduledVerify] (the same in the background, a
/// part at a time, its progress in [VerifyRecord]) and [GarbageCollection]. [VerifyPass] is what
/// both checks share. [FileChecks] has users' files that are served in place read again when they
/// look changed. [IdleDigests] computes whole-file digests while the node has nothing else to do.
/// [Maintenance] holds them. [StoreCopy] takes all chunks of one store along into another. None of
/// them knows of peers: a repair is passed in.
@NullMarked
package io.shoal.runtime.maintenance;

import org.jspecify.annotations.NullMarked;
