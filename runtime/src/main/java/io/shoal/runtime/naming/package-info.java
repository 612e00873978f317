/// Signed names: published, kept alive, resolved.
@NullMarked
package io.shoal.runtime.naming;

import org.jspecify.annotations.NullMarked;
