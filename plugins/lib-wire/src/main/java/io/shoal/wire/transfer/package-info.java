/// The bytes of a chunk on their way in or out, and the bounds on how many are on their way.
///
/// Start at [ReceivedBody], a chunk that comes, and [ChunkUpload], one that goes. Both are handed
/// the connection as an interface of theirs and know no other class of it.
@NullMarked
package io.shoal.wire.transfer;

import org.jspecify.annotations.NullMarked;
