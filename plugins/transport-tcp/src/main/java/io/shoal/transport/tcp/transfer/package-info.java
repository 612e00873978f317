/// The bytes of a chunk on their way in or out, and the bounds on how many are on their way.
@NullMarked
package io.shoal.transport.tcp.transfer;

import org.jspecify.annotations.NullMarked;
