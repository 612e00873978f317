/// Who may take part, and how a peer proves that it may.
@NullMarked
package io.shoal.runtime.access;

import org.jspecify.annotations.NullMarked;
