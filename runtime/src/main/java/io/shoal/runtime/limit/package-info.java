/// Keeps what a node uses within bounds: rates, turns, buffers, threads, time.
///
/// Start at the class for what is to be bounded: [FairRateLimiter] (bytes a second, by
/// [TokenBucket]s, fair between peers), [FairQueue] (how many at once, peers in turn), [BufferPool]
/// (memory of chunks on their way), [StreamMemory] (that of leaves that are read as a stream),
/// [BulkPool] (threads for hashing and file IO), [Deadline] (how long foreign code may take).
/// [RateGauge] only measures. None knows another but for the buckets.
@NullMarked
package io.shoal.runtime.limit;

import org.jspecify.annotations.NullMarked;
