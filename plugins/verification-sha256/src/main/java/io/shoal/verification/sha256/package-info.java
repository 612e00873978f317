/// Checks chunks by SHA-256.
///
/// Start at [Sha256Verifier], the whole plugin and the shortest example of one.
@NullMarked
package io.shoal.verification.sha256;

import org.jspecify.annotations.NullMarked;
