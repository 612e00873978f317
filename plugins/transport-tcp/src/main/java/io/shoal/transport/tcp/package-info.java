/// Carries chunks over TCP, with TLS 1.3 or in the clear.
@NullMarked
package io.shoal.transport.tcp;

import org.jspecify.annotations.NullMarked;
