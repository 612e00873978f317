/// Bounds for the connections that peers dial: those whose handshake has ended, and those before.
///
/// Start at [InboundLimits]; [PendingHandshakes] decides which of too many has to go.
@NullMarked
package io.shoal.wire.admission;

import org.jspecify.annotations.NullMarked;
