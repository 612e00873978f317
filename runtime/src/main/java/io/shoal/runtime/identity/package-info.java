/// Who this node is: its key, its certificate, and TLS between hosts.
@NullMarked
package io.shoal.runtime.identity;

import org.jspecify.annotations.NullMarked;
